import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atMost, megabytes, ratio, table } from "../harness/markdown.ts";
import { newFolder } from "../harness/place.ts";
import { repeat } from "../harness/repeat.ts";
import { LIFECYCLE_POLICY, OWNER, scaleContent, type ScaleContent } from "../harness/scale-content.ts";
import { startScaleWorld } from "../harness/counting-sandbox.ts";
import { standings, type Standing } from "../harness/standing.ts";
import { planner } from "../tools/mirrorform.ts";
import type { Case, CaseOptions } from "./case.ts";

const SIZES = [1_000, 10_000, 50_000];
const TAGS_OF_A_REPOSITORY = 20;
/** All tags in one repository. */
const ONE_LONG_LIST = 10_000;
/** The largest runs take long, and differ little. */
const ROUNDS_AT_MOST_FROM = 50_000;

/** How the tags are told to the tool. */
const MANNERS = {
  listed: ({ repository, tags }: ScaleContent[number]) => ({ image: repository, tags }),
  rule: ({ repository }: ScaleContent[number]) => ({ image: repository, tags: { match: ".*" } }),
};

interface Found {
  tags: number;
  repositories: number;
  manner: keyof typeof MANNERS;
  standing: Standing;
  asked: Readonly<Record<string, number>>;
}

export const scale: Case = {
  name: "scale",
  title: "plan with nothing to do, 20 tags a repository",
  async run(options) {
    const found: Found[] = [];
    for (const tags of SIZES) found.push(...(await measureSize(tags, TAGS_OF_A_REPOSITORY, options)));
    found.push(...(await measureSize(ONE_LONG_LIST, ONE_LONG_LIST, options)));
    const of = (tags: number, manner: Found["manner"]) =>
      found.find((each) => each.tags === tags && each.manner === manner && each.repositories > 1)?.standing;
    const growths = (["listed", "rule"] as const).flatMap((manner) => {
      const [small, middle, large] = SIZES.map((tags) => of(tags, manner));
      return [
        atMost(`${manner}: time of 10,000 over 10 times that of 1,000`, 1.1, growth(middle, small, 10)),
        atMost(`${manner}: time of 50,000 over 5 times that of 10,000`, 1.1, growth(large, middle, 5)),
      ];
    });
    return { tools: [planner(options.mirrorform)], lines: [...table(HEAD, found.map(cells)), "", ...growths] };
  },
};

const HEAD = [
  "tags",
  "repositories",
  "told by",
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

function cells({ tags, repositories, manner, standing, asked }: Found): string[] {
  const { seconds, rounds, cpuSeconds, peakMemory, failure } = standing;
  const counts = ["ECR", "registry HEAD", "registry GET", "auth GET", "catalogue GET"].map((kind) => asked[kind] ?? 0);
  return [
    ...[tags, repositories].map((count) => count.toLocaleString("en")),
    manner === "rule" ? "a rule each" : "a list each",
    seconds?.toFixed(2) ?? failure ?? "-",
    rounds.map((each) => each.toFixed(2)).join(" "),
    cpuSeconds?.toFixed(2) ?? "-",
    megabytes(peakMemory),
    ...counts.map((count) => Math.round(count).toLocaleString("en")),
  ];
}

function growth(large: Standing | undefined, small: Standing | undefined, times: number): number | undefined {
  return ratio(large?.seconds, small?.seconds === undefined ? undefined : small.seconds * times);
}

async function measureSize(tags: number, tagsOfEach: number, options: CaseOptions): Promise<Found[]> {
  const { mirrorform, say } = options;
  const tool = planner(mirrorform);
  const content = scaleContent(tags, tagsOfEach);
  const rounds = tags >= ROUNDS_AT_MOST_FROM ? 1 : options.rounds;
  const world = await startScaleWorld(tags, tagsOfEach);
  try {
    const found: Found[] = [];
    for (const manner of ["listed", "rule"] as const) {
      say(`${tags} tags in ${content.length} repositories, ${manner}`);
      const job = {
        source: "",
        targets: [],
        repositories: content,
        blobs: [],
        folder: await mirrorFile(content, manner),
      };
      const command = { ...(await tool.prepare(job)), env: world.environment };
      await world.takeCounts();
      const laps = await repeat([{ tool, command }], rounds, say);
      const [standing] = standings([tool], laps);
      const asked = Object.fromEntries(
        Object.entries(await world.takeCounts()).map(([kind, count]) => [kind, count / laps.length]),
      );
      if (standing !== undefined) found.push({ tags, repositories: content.length, manner, standing, asked });
    }
    return found;
  } finally {
    await world.close();
  }
}

/** JSON is YAML. @returns the folder */
async function mirrorFile(content: ScaleContent, manner: Found["manner"]): Promise<string> {
  const folder = newFolder("scale");
  const document = {
    version: 1,
    name: OWNER,
    targets: { main: { ecr: {} } },
    repositories: { tagMutability: "IMMUTABLE", scanOnPush: false, lifecyclePolicy: LIFECYCLE_POLICY },
    mirrors: content.map((each) => ({ ...MANNERS[manner](each), prune: true })),
  };
  await writeFile(join(folder, "mirrors.yaml"), JSON.stringify(document));
  return folder;
}
