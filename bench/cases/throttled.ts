import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startThrottledSandbox } from "../harness/counting-sandbox.ts";
import { atMost, table } from "../harness/markdown.ts";
import { measure, type Measurement } from "../harness/measure.ts";
import { newFolder, withoutPaths } from "../harness/place.ts";
import type { Case, CaseOptions } from "./case.ts";

const RUNS = 2;
const IMAGES_OF_EACH = 300;
const TAGS_PER_REPOSITORY = 20;
/** ECR's default limit of PutImage calls in an account and Region. */
const PUTS_PER_SECOND = 10;

export const throttled: Case = {
  name: "throttled",
  title: "two applies of 300 images at once, ECR accepts 10 manifests per second",
  async run(options) {
    const repositories = Array.from({ length: RUNS }, (_, run) => repositoriesOf(run));
    const sandbox = await startThrottledSandbox(repositories.flat().flatMap(imagesIn));
    try {
      const commands = await Promise.all(repositories.map((each) => command(each, options, sandbox.environment)));
      options.say(`${RUNS} applies of ${IMAGES_OF_EACH} images`);
      const began = performance.now();
      const runs = await Promise.all(commands.map(measure));
      const seconds = (performance.now() - began) / 1000;
      return { tools: [options.mirrorform], lines: linesOf(runs, seconds, await sandbox.takeCounts()) };
    } finally {
      await sandbox.close();
    }
  },
};

function linesOf(runs: readonly Measurement[], seconds: number, counts: Readonly<Record<string, number>>): string[] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const refused = counts["429"] ?? 0;
  const ideal = (RUNS * IMAGES_OF_EACH) / PUTS_PER_SECOND;
  const rows = runs.map(({ seconds: each, failure }, i) => [
    `${i + 1}`,
    each.toFixed(1),
    failure === undefined ? "0" : withoutPaths(failure),
  ]);
  return [
    ...table(["apply", "s", "exit code"], rows),
    "",
    `${all} puts of manifests, of which ${refused} were refused. At exactly the limit, they take ${ideal} s.`,
    "",
    atMost("failed applies", 0, runs.filter(({ failure }) => failure !== undefined).length),
    atMost("refused puts, in %", 5, (refused / all) * 100),
    atMost("time / time at the limit", 1.15, seconds / ideal),
  ];
}

interface Repository {
  image: string;
  tags: readonly string[];
}

/** The repositories of one apply. Both applies write to the same account and Region. */
function repositoriesOf(run: number): Repository[] {
  const tags = Array.from({ length: TAGS_PER_REPOSITORY }, (_, i) => `1.${i}`);
  const count = IMAGES_OF_EACH / TAGS_PER_REPOSITORY;
  return Array.from({ length: count }, (_, i) => ({ image: `bench/run${run}-${i}`, tags }));
}

function imagesIn({ image, tags }: Repository): string[] {
  return tags.map((tag) => `${image}:${tag}`);
}

/** Writes a mirror file as JSON, which is valid YAML. */
async function command(
  mirrors: readonly Repository[],
  { mirrorform }: CaseOptions,
  environment: Readonly<Record<string, string>>,
) {
  const folder = newFolder("throttled");
  const document = { version: 1, name: mirrors[0]?.image.replace("/", "-"), targets: { main: { ecr: {} } }, mirrors };
  const file = join(folder, "mirrors.yaml");
  await writeFile(file, JSON.stringify(document));
  const job = { source: "", targets: [], repositories: [], blobs: [], folder: newFolder("unused") };
  const { program, args } = await mirrorform.prepare(job);
  return { program, args: [...args.slice(0, -1), file], env: environment };
}
