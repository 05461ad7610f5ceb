import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../harness/place.ts";
import { installedVersion, missing } from "./installed.ts";
import { copies, CONCURRENT_REQUESTS, type CopyJob, type Tool } from "./tool.ts";

/**
 * `crane copy`: one process per image, or per repository with all its tags. Copies repositories one after another, because
 * `--jobs` applies to images and again to the layers of each image, so one process already sends more requests than the
 * other tools.
 */
export const crane: Tool = {
  name: "crane",
  unavailable: () => missing("crane"),
  version: () => installedVersion("crane", ["version"]),
  described: `\`crane copy --jobs ${CONCURRENT_REQUESTS} SOURCE TARGET\`; many images with \`--all-tags\`, one repository after another`,
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
  const flags = ["copy", "--jobs", String(CONCURRENT_REQUESTS)];
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
