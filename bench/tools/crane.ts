import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../harness/place.ts";
import { installedVersion, missing } from "./installed.ts";
import { copies, REQUESTS_AT_ONCE, type CopyJob, type Tool } from "./tool.ts";

/**
 * `crane copy`: one process an image, or a repository with all its tags. Repositories one after another: its jobs
 * are images at once and, within each, layers at once, so that one process has more under way than the others.
 */
export const crane: Tool = {
  name: "crane",
  unavailable: () => missing("crane"),
  version: () => installedVersion("crane", ["version"]),
  described: `\`crane copy --jobs ${REQUESTS_AT_ONCE} SOURCE TARGET\`; many images with \`--all-tags\`, one repository after another`,
  async prepare(job) {
    const commands = commandsOf(job);
    const [only] = commands;
    if (commands.length === 1 && only !== undefined) return { program: program("crane"), args: only };
    const list = join(job.folder, "copies");
    await writeFile(list, `${commands.map((args) => args.join(" ")).join("\n")}\n`);
    const args = ["-a", list, "-P", String(job.targets.length), "-L", "1", program("crane")];
    return { program: "xargs", args, isLauncher: true };
  },
};

function commandsOf(job: CopyJob): string[][] {
  const flags = ["copy", "--jobs", String(REQUESTS_AT_ONCE)];
  if (job.repositories.every(({ tags }) => tags.length === 1)) {
    return copies(job).map(({ source, target }) => [...flags, source, target]);
  }
  return job.targets.flatMap((target) =>
    job.repositories.map(({ repository }) => [
      ...flags,
      "--all-tags",
      `${job.source}/${repository}`,
      `${target}/${repository}`,
    ]),
  );
}
