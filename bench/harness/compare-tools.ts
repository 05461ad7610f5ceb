import type { CopyJob, Tool } from "../tools/tool.ts";
import { countRequests, type RequestCounts } from "./access-log.ts";
import type { LinkUse } from "./link-process.ts";
import { startLink, type Link } from "./link.ts";
import { measure, type Measurement } from "./measure.ts";
import { newFolder, withoutPaths } from "./place.ts";
import { startRegistry, type BenchRegistry } from "./registry.ts";
import { difference, type Content } from "./seed.ts";
import type { LineSettings } from "./shaped-line.ts";

/** One run of a tool. */
export interface ToolRun extends Measurement {
  tool: string;
  round: number;
  /** The usage of the links to the source and each target. Empty without links. */
  links: readonly LinkUse[];
  /** Requests to the source. All 0 if it has no access log. */
  sourceRequests: RequestCounts;
}

export interface Comparison {
  tools: readonly Tool[];
  source: BenchRegistry;
  content: Content;
  /** Number of target registries. Each run has new, empty ones. */
  targets?: number;
  rounds: number;
  /** Settings for simulated links to the source and each target. */
  line?: LineSettings;
  /** Whether a tool copies only blobs, so that the tags are not checked. */
  copiesOnlyBlobs?: (tool: Tool) => boolean;
  say: (text: string) => void;
}

/** A longer run is not repeated, because the differences between rounds are relatively small. */
const LONG_SECONDS = 60;

/** Runs every tool once per round. Each round starts with a different tool. */
export async function compareTools(options: Comparison): Promise<ToolRun[]> {
  const runs: ToolRun[] = [];
  const present = options.tools.filter((tool) => tool.unavailable() === undefined);
  for (let round = 0; round < options.rounds; round += 1) {
    const first = round % Math.max(1, present.length);
    for (const tool of [...present.slice(first), ...present.slice(0, first)]) {
      if (runs.some((run) => run.tool === tool.name && (run.timedOut || run.seconds > LONG_SECONDS))) continue;
      const run = { tool: tool.name, round, ...(await runTool(tool, options)) };
      options.say(`round ${round + 1}, ${tool.name}: ${run.failure ?? `${run.seconds.toFixed(2)} s`}`);
      runs.push(run);
    }
  }
  return runs;
}

async function runTool(tool: Tool, options: Comparison): Promise<Omit<ToolRun, "tool" | "round">> {
  const { source, content, line } = options;
  const targets: BenchRegistry[] = [];
  let link: Link | undefined;
  try {
    for (let i = 0; i < (options.targets ?? 1); i += 1) targets.push(await startRegistry({ accessLog: false }));
    const hosts = [source.host, ...targets.map(({ host }) => host)];
    if (line !== undefined) link = await startLink(line, hosts);
    const [near = "", ...far] = link?.hosts ?? hosts;
    const job = jobFor(content, near, far);
    const measured = await measure(await tool.prepare(job));
    const links = (await link?.use()) ?? [];
    const sourceRequests = countRequests(await source.takeAccessLog());
    const failure = measured.failure ?? (await verifyTargets(tool, options, targets));
    return { ...measured, failure: failure === undefined ? undefined : withoutPaths(failure), links, sourceRequests };
  } finally {
    await link?.close();
    for (const target of targets) await target.close();
  }
}

/** Creates a job to copy the whole content, with a new folder for the tool's files. */
export function jobFor(content: Content, source: string, targets: readonly string[]): CopyJob {
  const blobs = [...content.blobs.values()];
  return { source, targets, repositories: content.repositories, blobs, folder: newFolder("job") };
}

/** Checks that a successful tool has copied everything. */
async function verifyTargets(
  tool: Tool,
  options: Comparison,
  targets: readonly BenchRegistry[],
): Promise<string | undefined> {
  if (options.copiesOnlyBlobs?.(tool) === true) return undefined;
  for (const { host } of targets) {
    const wrong = await difference(options.content, host);
    if (wrong !== undefined) return `succeeded, but ${wrong}`;
  }
  return undefined;
}
