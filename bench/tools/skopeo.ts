import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program } from "../harness/place.ts";
import { installedVersion, missing } from "./installed.ts";
import { copies, type Tool } from "./tool.ts";

const about = {
  unavailable: () => missing("skopeo"),
  version: () => installedVersion("skopeo", ["--version"]),
};

/** `skopeo copy`: one process per target, concurrently. */
export const skopeoCopy: Tool = {
  ...about,
  name: "skopeo copy",
  described: "`skopeo --insecure-policy copy --all --src-tls-verify=false --dest-tls-verify=false`, 6 blobs at a time",
  async prepare(job) {
    const flags = ["--insecure-policy", "copy", "-q", "--all", "--src-tls-verify=false", "--dest-tls-verify=false"];
    const commands = copies(job).map(({ source, target }) => [...flags, `docker://${source}`, `docker://${target}`]);
    const [only] = commands;
    if (commands.length === 1 && only !== undefined) return { program: program("skopeo"), args: only };
    const list = join(job.folder, "copies");
    await writeFile(list, `${commands.map((args) => args.join(" ")).join("\n")}\n`);
    const args = ["-a", list, "-P", String(commands.length), "-L", "1", program("skopeo")];
    return { program: "xargs", args, isLauncher: true };
  },
};

/** `skopeo sync`: copies many images one after another. */
export const skopeoSync: Tool = {
  ...about,
  name: "skopeo sync",
  described:
    "`skopeo --insecure-policy sync --all --src yaml --dest docker sync.yaml`, one image after another, 6 blobs at a time",
  async prepare(job) {
    const file = join(job.folder, "sync.yaml");
    const images = Object.fromEntries(job.repositories.map(({ repository, tags }) => [repository, tags]));
    await writeFile(file, JSON.stringify({ [job.source]: { "tls-verify": false, images } }));
    const flags = ["sync", "--all", "--dest-tls-verify=false", "--src", "yaml", "--dest", "docker"];
    const [target = ""] = job.targets;
    return { program: program("skopeo"), args: ["--insecure-policy", ...flags, file, target] };
  },
};
