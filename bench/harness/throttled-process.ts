/**
 * Docker Hub, and an ECR with its default limit of manifest puts, in a separate process, so that they do not affect the
 * measurement. Started by `counting-sandbox.ts`.
 */
import { startDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import type { SandboxReport } from "./counting-sandbox.ts";

process.once("disconnect", () => process.exit(0));

const dockerHub = await startDockerHub({ pullLimit: "unlimited" });
const ecr = await startEcr({ quirks: { "ecr-put-image-throttle": true } });
for (const name of process.argv.slice(2)) {
  const [repository = "", tag = ""] = name.split(":");
  dockerHub.publish(repository, tag, { form: "docker-manifest", layers: 1, layerBytes: 64 });
}

process.on("message", () => report({ counts: takeCounts() }));
report({ environment: { ...dockerHub.environment, ...ecr.environment, NO_PROXY: "127.0.0.1" } });

/** Counts the puts of manifests by the status of the response. */
function takeCounts(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { server } of ecr.registries()) {
    for (const { method, path, status } of server.requests.splice(0)) {
      if (method !== "PUT" || !path.includes("/manifests/")) continue;
      counts[String(status)] = (counts[String(status)] ?? 0) + 1;
    }
  }
  return counts;
}

function report(message: SandboxReport): void {
  process.send?.(message);
}
