import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countRequests, type RequestCounts } from "../harness/access-log.ts";
import { startBenchEcr } from "../harness/counting-sandbox.ts";
import { atLeast, atMost, ratio, summaryTable, table } from "../harness/markdown.ts";
import { measure } from "../harness/measure.ts";
import { newFolder, withoutPaths } from "../harness/place.ts";
import { pusher } from "../harness/push.ts";
import { jobFor } from "../harness/compare-tools.ts";
import { startRegistry, type BenchRegistry } from "../harness/registry.ts";
import { repeat } from "../harness/repeat.ts";
import { emptyContent, type Content } from "../harness/seed.ts";
import { withSource } from "../harness/source.ts";
import { summarize } from "../harness/summary.ts";
import { mirrorFileOf } from "../tools/mirrorform.ts";
import { regsync } from "../tools/regclient.ts";
import type { Tool } from "../tools/tool.ts";
import type { Case, CaseOptions } from "./case.ts";
import { manyTags } from "./contents.ts";

export const nothingToDo: Case = {
  name: "c",
  title: "1,000 tags in 50 repositories, no changes",
  async run(options) {
    const check = regsync("check");
    const tools = [options.mirrorform, check, regsync("once")];
    const timed = await withMirror(false, (source, target, content) => time(options, tools, source, target, content));
    const counted = await withMirror(true, (source, target, content) => count(tools, source, target, content));
    const ecr = await onEcr(options);
    const all = summarize(tools, timed);
    const seconds = (name: string): number | undefined => all.find(({ tool }) => tool === name)?.seconds;
    return {
      tools,
      lines: [
        ...summaryTable(all),
        "",
        "Requests to source and target in one run, both distribution:",
        "",
        ...countsTable(counted),
        "",
        atMost("manifest GETs at the source", 0, counted[0]?.source.manifestGets),
        atLeast("speed relative to `regsync check`", 4, ratio(seconds(check.name), seconds("mirrorform"))),
        "",
        "### The same on the sandbox's ECR",
        "",
        ...ecr,
      ],
    };
  },
};

interface ToolCounts {
  tool: string;
  source: RequestCounts;
  target: RequestCounts;
}

/** Starts a source and a target with the same content. */
function withMirror<T>(
  accessLog: boolean,
  use: (source: BenchRegistry, target: BenchRegistry, content: Content) => Promise<T>,
): Promise<T> {
  return withSource({ accessLog, fill: manyTags }, async (source, content) => {
    const target = await startRegistry({ accessLog });
    try {
      await manyTags(pusher(target.host), emptyContent());
      await target.takeAccessLog();
      return await use(source, target, content);
    } finally {
      await target.close();
    }
  });
}

async function time(
  { rounds, say }: CaseOptions,
  tools: readonly Tool[],
  source: BenchRegistry,
  target: BenchRegistry,
  content: Content,
): ReturnType<typeof repeat> {
  const commands = await Promise.all(
    tools.map(async (tool) => ({ tool, command: await tool.prepare(jobFor(content, source.host, [target.host])) })),
  );
  return repeat(commands, rounds, say);
}

async function count(
  tools: readonly Tool[],
  source: BenchRegistry,
  target: BenchRegistry,
  content: Content,
): Promise<ToolCounts[]> {
  const counts: ToolCounts[] = [];
  for (const tool of tools) {
    if (tool.unavailable() !== undefined) continue;
    await measure(await tool.prepare(jobFor(content, source.host, [target.host])));
    const logs = { source: await source.takeAccessLog(), target: await target.takeAccessLog() };
    counts.push({ tool: tool.name, source: countRequests(logs.source), target: countRequests(logs.target) });
  }
  return counts;
}

function countsTable(counts: readonly ToolCounts[]): string[] {
  return table(
    ["tool", "source: GET", "HEAD", "all", "target: GET", "HEAD", "PUT", "all"],
    counts.map(({ tool, source, target }) => [
      tool,
      ...[source.manifestGets, source.manifestHeads, source.total].map(String),
      ...[target.manifestGets, target.manifestHeads, target.manifestPuts, target.total].map(String),
    ]),
  );
}

/** Measures mirrorform only, because the peers cannot use the sandbox's ECR. Counts requests and measures time. */
async function onEcr({ rounds, mirrorform, say }: CaseOptions): Promise<string[]> {
  return withSource({ accessLog: true, fill: manyTags }, async (source, content) => {
    const ecr = await startBenchEcr();
    try {
      const folder = newFolder("ecr");
      await writeFile(
        join(folder, "mirrors.yaml"),
        mirrorFileOf({ source: source.host, repositories: content.repositories }, { main: { ecr: {} } }),
      );
      const job = await mirrorform.prepare({ ...jobFor(content, source.host, []), folder: newFolder("unused") });
      const args = job.args.map((arg) => (arg.endsWith("mirrors.yaml") ? join(folder, "mirrors.yaml") : arg));
      const command = { ...job, args, env: ecr.environment };
      const first = await measure(command);
      if (first.failure !== undefined) return [`The first run failed: \`${withoutPaths(first.failure)}\``];
      await ecr.takeCounts();
      await source.takeAccessLog();
      const runs = await repeat([{ tool: mirrorform, command }], rounds, say);
      const counts = await ecr.takeCounts();
      const gets = countRequests(await source.takeAccessLog()).manifestGets;
      const perRun = Object.entries(counts).map(([kind, requests]) => [kind, (requests / rounds).toFixed(1)]);
      const total = Object.values(counts).reduce((sum, requests) => sum + requests, 0) / rounds;
      return [
        ...summaryTable(summarize([mirrorform], runs)),
        "",
        ...table(["call to ECR", "in one run"], perRun),
        "",
        atMost("requests to ECR per repository", 5, total / content.repositories.length),
        atMost("manifest GETs at the source", 0, gets / rounds),
      ];
    } finally {
      await ecr.close();
    }
  });
}
