import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../harness/place.ts";
import { installedVersion, missing } from "./installed.ts";
import { copies, CONCURRENT_IMAGES, CONCURRENT_REQUESTS, type CopyJob, type Tool } from "./tool.ts";

/** `regctl image copy`: one process per image, several concurrently. */
export const regctl: Tool = {
  name: "regctl",
  unavailable: () => missing("regctl"),
  version: () => installedVersion("regctl", ["version"]),
  described: `\`regctl image copy SOURCE TARGET\` with \`reqConcurrent: ${CONCURRENT_REQUESTS}\`; with several images, ${CONCURRENT_IMAGES} processes at a time`,
  async prepare(job) {
    const config = join(job.folder, "regctl.json");
    const hosts = [job.source, ...job.targets].map((host) => [host, hostSettings(host)] as const);
    await writeFile(config, JSON.stringify({ hosts: Object.fromEntries(hosts) }));
    const env = { REGCTL_CONFIG: config };
    const commands = copies(job).map(({ source, target }) => ["image", "copy", source, target]);
    const [only] = commands;
    if (commands.length === 1 && only !== undefined) return { program: program("regctl"), args: only, env };
    const list = join(job.folder, "copies");
    await writeFile(list, `${commands.map((args) => args.join(" ")).join("\n")}\n`);
    const args = ["-a", list, "-P", String(CONCURRENT_IMAGES), "-L", "1", program("regctl")];
    return { program: "xargs", args, env, isLauncher: true };
  },
};

/** @param subcommand `once` copies, `check` only compares */
export function regsync(subcommand: "once" | "check"): Tool {
  return {
    name: subcommand === "once" ? "regsync" : "regsync check",
    unavailable: () => missing("regsync"),
    version: () => installedVersion("regsync", ["version"]),
    described: `\`regsync ${subcommand} --config regsync.yaml\` with \`parallel: ${CONCURRENT_IMAGES}\`, \`reqConcurrent: ${CONCURRENT_REQUESTS}\``,
    async prepare(job) {
      const file = join(job.folder, "regsync.yaml");
      await writeFile(file, regsyncFile(job));
      return { program: program("regsync"), args: [subcommand, "--verbosity", "warn", "--config", file] };
    },
  };
}

/** Creates a configuration file as JSON, which is valid YAML. */
function regsyncFile(job: CopyJob): string {
  return JSON.stringify({
    version: 1,
    creds: [job.source, ...job.targets].map((host) => ({ registry: host, ...hostSettings(host) })),
    defaults: { parallel: CONCURRENT_IMAGES, skipDockerConfig: true },
    sync: job.targets.flatMap((target) =>
      job.repositories.map(({ repository, tags }) => ({
        source: `${job.source}/${repository}`,
        target: `${target}/${repository}`,
        type: "repository",
        tags: { allow: tags },
      })),
    ),
  });
}

function hostSettings(host: string): object {
  return { tls: "disabled", hostname: host, reqConcurrent: CONCURRENT_REQUESTS };
}
