import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost, megabytes, ratio, table } from "../harness/markdown.ts";
import { newFolder } from "../harness/place.ts";
import { repeat } from "../harness/repeat.ts";
import { LIFECYCLE_POLICY, OWNER, scaleContent, type ScaleContent } from "../harness/scale-content.ts";
import { startScaleSandbox } from "../harness/counting-sandbox.ts";
import { summarize, type Summary } from "../harness/summary.ts";
import { planner } from "../tools/mirrorform.ts";
import type { Case, CaseOptions } from "./case.ts";

const SIZES = [1_000, 10_000, 50_000];
const TAGS_PER_REPOSITORY = 20;
/** Number of tags in the case with a single repository. */
const SINGLE_REPOSITORY_TAGS = 10_000;
/** From this number of tags, there is only one round: it takes long, and rounds differ little. */
const SINGLE_ROUND_TAGS = 50_000;

/** How the mirror file selects the tags. */
const SELECTIONS = {
  list: ({ repository, tags }: ScaleContent[number]) => ({ image: repository, tags }),
  rule: ({ repository }: ScaleContent[number]) => ({ image: repository, tags: { match: ".*" } }),
};

interface Result {
  tags: number;
  repositories: number;
  selection: keyof typeof SELECTIONS;
  summary: Summary;
  counts: Readonly<Record<string, number>>;
}

export const scale: Case = {
  name: "scale",
  title: "plan with no changes, 20 tags per repository",
  async run(options) {
    const results: Result[] = [];
    for (const tags of SIZES) results.push(...(await measureSize(tags, TAGS_PER_REPOSITORY, options)));
    results.push(...(await measureSize(SINGLE_REPOSITORY_TAGS, SINGLE_REPOSITORY_TAGS, options)));
    const of = (tags: number, selection: Result["selection"]) =>
      results.find((each) => each.tags === tags && each.selection === selection && each.repositories > 1)?.summary;
    const growths = (["list", "rule"] as const).flatMap((selection) => {
      const [small, middle, large] = SIZES.map((tags) => of(tags, selection));
      return [
        atMost(`${selection}: time for 10,000 / 10 times the time for 1,000`, 1.1, growth(middle, small, 10)),
        atMost(`${selection}: time for 50,000 / 5 times the time for 10,000`, 1.1, growth(large, middle, 5)),
      ];
    });
    return { tools: [planner(options.mirrorform)], lines: [...table(HEAD, results.map(cells)), "", ...growths] };
  },
};

const HEAD = [
  "tags",
  "repositories",
  "declared by",
  "median s",
  "rounds",
  "CPU s",
  "peak MB",
  "ECR",
  "source: HEAD",
  "GET",
  "tokens",
  "catalogue",
];

function cells({ tags, repositories, selection, summary, counts }: Result): string[] {
  const { seconds, rounds, cpuSeconds, peakMemory, failure } = summary;
  const columns = ["ECR", "registry HEAD", "registry GET", "auth GET", "catalogue GET"].map(
    (kind) => counts[kind] ?? 0,
  );
  return [
    ...[tags, repositories].map((count) => count.toLocaleString("en")),
    selection === "rule" ? "a rule" : "a list",
    seconds?.toFixed(2) ?? failure ?? "-",
    rounds.map((each) => each.toFixed(2)).join(" "),
    cpuSeconds?.toFixed(2) ?? "-",
    megabytes(peakMemory),
    ...columns.map((count) => Math.round(count).toLocaleString("en")),
  ];
}

function growth(large: Summary | undefined, small: Summary | undefined, times: number): number | undefined {
  return ratio(large?.seconds, small?.seconds === undefined ? undefined : small.seconds * times);
}

async function measureSize(tags: number, tagsPerRepository: number, options: CaseOptions): Promise<Result[]> {
  const { mirrorform, say } = options;
  const tool = planner(mirrorform);
  const content = scaleContent(tags, tagsPerRepository);
  const rounds = tags >= SINGLE_ROUND_TAGS ? 1 : options.rounds;
  const sandbox = await startScaleSandbox(tags, tagsPerRepository);
  try {
    const results: Result[] = [];
    for (const selection of ["list", "rule"] as const) {
      say(`${tags} tags in ${content.length} repositories, ${selection}`);
      const job = {
        source: "",
        targets: [],
        repositories: content,
        blobs: [],
        folder: await mirrorFile(content, selection),
      };
      const command = { ...(await tool.prepare(job)), env: sandbox.environment };
      await sandbox.takeCounts();
      const runs = await repeat([{ tool, command }], rounds, say);
      const [summary] = summarize([tool], runs);
      const counts = Object.fromEntries(
        Object.entries(await sandbox.takeCounts()).map(([kind, count]) => [kind, count / runs.length]),
      );
      if (summary !== undefined) results.push({ tags, repositories: content.length, selection, summary, counts });
    }
    return results;
  } finally {
    await sandbox.close();
  }
}

/** Writes a mirror file as JSON, which is valid YAML. @returns its folder */
async function mirrorFile(content: ScaleContent, selection: Result["selection"]): Promise<string> {
  const folder = newFolder("scale");
  const document = {
    version: 1,
    name: OWNER,
    targets: { main: { ecr: {} } },
    repositories: { tagMutability: "IMMUTABLE", scanOnPush: false, lifecyclePolicy: LIFECYCLE_POLICY },
    mirrors: content.map((each) => ({ ...SELECTIONS[selection](each), prune: true })),
  };
  await writeFile(join(folder, "mirrors.yaml"), JSON.stringify(document));
  return folder;
}
