/** The sandbox's ECR in a separate process, so that it does not affect the measurement. Started by `counting-sandbox.ts`. */
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import type { SandboxReport } from "./counting-sandbox.ts";

/** Quotas are off, because they would only slow down the first run. */
const UNLIMITED = 1_000_000;

process.once("disconnect", () => process.exit(0));

const limits = { putImagesPerSecond: UNLIMITED, apiCallsPerSecond: UNLIMITED };
const ecr = await startEcr({ limits });
let callsTaken = 0;

process.on("message", () => report({ counts: takeCounts() }));
report({ environment: { ...ecr.environment, NO_PROXY: "127.0.0.1" } });

/** Counts JSON API calls by operation, and registry requests by method. */
function takeCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (kind: string): void => void (counts[kind] = (counts[kind] ?? 0) + 1);
  for (const { operation } of ecr.calls.slice(callsTaken)) count(operation);
  callsTaken = ecr.calls.length;
  for (const { server } of ecr.registries()) {
    for (const { method } of server.requests.splice(0)) count(`registry ${method}`);
  }
  return counts;
}

function report(message: SandboxReport): void {
  process.send?.(message);
}
