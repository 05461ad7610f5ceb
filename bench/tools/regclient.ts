import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../harness/place.ts";
import { installedVersion, missing } from "./installed.ts";
import { copies, IMAGES_AT_ONCE, REQUESTS_AT_ONCE, type CopyJob, type Tool } from "./tool.ts";

/** `regctl image copy`: one process an image, several side by side. */
export const regctl: Tool = {
  name: "regctl",
  unavailable: () => missing("regctl"),
  version: () => installedVersion("regctl", ["version"]),
  described: `\`regctl image copy SOURCE TARGET\` with \`reqConcurrent: ${REQUESTS_AT_ONCE}\`; where there are several images, ${IMAGES_AT_ONCE} processes at once`,
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
    const args = ["-a", list, "-P", String(IMAGES_AT_ONCE), "-L", "1", program("regctl")];
    return { program: "xargs", args, env, isLauncher: true };
  },
};

/** @param subcommand `once` copies, `check` only looks */
export function regsync(subcommand: "once" | "check"): Tool {
  return {
    name: subcommand === "once" ? "regsync" : "regsync check",
    unavailable: () => missing("regsync"),
    version: () => installedVersion("regsync", ["version"]),
    described: `\`regsync ${subcommand} --config regsync.yaml\` with \`parallel: ${IMAGES_AT_ONCE}\`, \`reqConcurrent: ${REQUESTS_AT_ONCE}\``,
    async prepare(job) {
      const file = join(job.folder, "regsync.yaml");
      await writeFile(file, regsyncFile(job));
      return { program: program("regsync"), args: [subcommand, "--verbosity", "warn", "--config", file] };
    },
  };
}

/** JSON is YAML. */
function regsyncFile(job: CopyJob): string {
  return JSON.stringify({
    version: 1,
    creds: [job.source, ...job.targets].map((host) => ({ registry: host, ...hostSettings(host) })),
    defaults: { parallel: IMAGES_AT_ONCE, skipDockerConfig: true },
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
  return { tls: "disabled", hostname: host, reqConcurrent: REQUESTS_AT_ONCE };
}
