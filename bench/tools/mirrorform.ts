import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CACHE, newFolder, ROOT } from "../harness/place.ts";
import { CONCURRENT_REQUESTS, type CopyJob, type Tool } from "./tool.ts";

/** The programs of the checkout and of the built package. */
export const UNBUILT = join(ROOT, "src/cli/main.ts");
export const BUILT = join(CACHE, "package/bin/mirrorform.cjs");

/** @param entry {@link UNBUILT} or {@link BUILT} */
export function mirrorform(entry: string): Tool {
  return {
    name: "mirrorform",
    unavailable: () => undefined,
    version: () => {
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
      return `${version}, ${entry === BUILT ? "built" : "from source"}, Node ${process.versions.node}`;
    },
    described: `\`mirrorform apply --file mirrors.yaml\`, default limits except \`concurrency: ${CONCURRENT_REQUESTS}\` for the source`,
    async prepare(job) {
      const file = join(job.folder, "mirrors.yaml");
      await writeFile(file, mirrorFile(job));
      return { program: process.execPath, args: [entry, "apply", "--file", file] };
    },
  };
}

/** Runs `plan` instead of `apply`, with the mirror file in the job's folder. Fails if the plan has changes. */
export function planner(tool: Tool): Tool {
  return {
    ...tool,
    described: "`mirrorform plan --detailed-exitcode`, which fails if it finds a difference",
    async prepare(job) {
      const { program, args } = await tool.prepare({ ...job, folder: newFolder("unused") });
      const file = join(job.folder, "mirrors.yaml");
      return { program, args: [...args.slice(0, 1), "plan", "--detailed-exitcode", "--file", file] };
    },
  };
}

/** Creates a mirror file for registries without authentication, as JSON, which is valid YAML. */
export function mirrorFile(job: Pick<CopyJob, "source" | "targets" | "repositories">): string {
  const targets = job.targets.map((host, i) => [`t${i + 1}`, { oci: `http://${host}` }] as const);
  return mirrorFileOf(job, Object.fromEntries(targets));
}

/** @param targets the mirror file's `targets` */
export function mirrorFileOf(job: Pick<CopyJob, "source" | "repositories">, targets: object): string {
  return JSON.stringify(
    {
      version: 1,
      name: "bench",
      targets,
      sources: { [job.source]: { endpoint: `http://${job.source}`, concurrency: CONCURRENT_REQUESTS } },
      mirrors: job.repositories.map(({ repository, tags }) => ({ image: `${job.source}/${repository}`, tags })),
    },
    undefined,
    1,
  );
}
