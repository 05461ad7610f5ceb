/** The sandbox's ECR in a process of its own, so that it takes no time from what measures. Started by `ecr.ts`. */
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import type { SandboxReport } from "./counting-sandbox.ts";

/** Requests are counted here, not timed: the quotas would only draw out the first run. */
const UNLIMITED = 1_000_000;

process.once("disconnect", () => process.exit(0));

const limits = { putImagesPerSecond: UNLIMITED, apiCallsPerSecond: UNLIMITED };
const ecr = await startEcr({ limits });
let callsTaken = 0;

process.on("message", () => report({ asked: take() }));
report({ environment: { ...ecr.environment, NO_PROXY: "127.0.0.1" } });

/** Calls of the JSON API by operation, requests to the registry by method. */
function take(): Record<string, number> {
  const asked: Record<string, number> = {};
  const count = (kind: string): void => void (asked[kind] = (asked[kind] ?? 0) + 1);
  for (const { operation } of ecr.calls.slice(callsTaken)) count(operation);
  callsTaken = ecr.calls.length;
  for (const { server } of ecr.registries()) {
    for (const { method } of server.requests.splice(0)) count(`registry ${method}`);
  }
  return asked;
}

function report(message: SandboxReport): void {
  process.send?.(message);
}
