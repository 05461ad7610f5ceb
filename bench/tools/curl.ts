import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Tool } from "./tool.ts";

const SCRIPT = fileURLToPath(new URL("../floor.sh", import.meta.url));

/** Copies the same blobs with curl, with or without hashing, as a baseline for this machine. */
export function curlBaseline(kind: "hash" | "plain"): Tool {
  const pipe = kind === "hash" ? "curl | tee >(sha256sum) | curl" : "curl | curl";
  return {
    name: pipe,
    unavailable: () => (spawnSync("curl", ["--version"]).status === 0 ? undefined : "curl is not installed"),
    version: () =>
      /\d+\.\d+\.\d+/.exec(spawnSync("curl", ["--version"], { encoding: "utf8" }).stdout)?.[0] ?? "unknown",
    described: `\`${pipe}\`, four blobs at a time, only the blobs (floor.sh)`,
    prepare(job) {
      const repository = job.repositories[0]?.repository ?? "";
      const urls = [job.source, job.targets[0] ?? ""].map((host) => `http://${host}/v2/${repository}`);
      const blobs = job.blobs.map(({ digest, size }) => `${digest}:${size}`);
      return Promise.resolve({ program: "bash", args: [SCRIPT, kind, ...urls, ...blobs], isLauncher: true });
    },
  };
}
