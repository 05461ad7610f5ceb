import type { CopyJob, Tool } from "../tools/tool.ts";
import { countRequests, type RequestCounts } from "./access-log.ts";
import type { LinkUse } from "./link-process.ts";
import { startLink, type Link } from "./link.ts";
import { measure, type Measurement } from "./measure.ts";
import { newFolder, withoutPaths } from "./place.ts";
import { startRegistry, type BenchRegistry } from "./registry.ts";
import { difference, type Content } from "./seed.ts";
import type { LineSettings } from "./shaped-line.ts";

/** One tool's copy in one round. */
export interface Lap extends Measurement {
  tool: string;
  round: number;
  /** What went over the source's and each target's line; empty without a link. */
  lines: readonly LinkUse[];
  /** What the source was asked; all 0 where it keeps no access log. */
  asked: RequestCounts;
}

export interface Race {
  tools: readonly Tool[];
  source: BenchRegistry;
  content: Content;
  /** Registries to copy to; each lap has new ones, empty. */
  targets?: number;
  rounds: number;
  /** Puts source and targets behind lines of their own. */
  line?: LineSettings;
  /** The target need not hold the tags afterwards: the floors copy blobs alone. */
  copiesBlobsAlone?: (tool: Tool) => boolean;
  say: (text: string) => void;
}

/** A lap that takes longer is not repeated: what differs between rounds is small beside it. */
const LONG_SECONDS = 60;

/** Runs every tool in turn, round after round; who begins changes. */
export async function race(options: Race): Promise<Lap[]> {
  const laps: Lap[] = [];
  const present = options.tools.filter((tool) => tool.unavailable() === undefined);
  for (let round = 0; round < options.rounds; round += 1) {
    const first = round % Math.max(1, present.length);
    for (const tool of [...present.slice(first), ...present.slice(0, first)]) {
      if (laps.some((lap) => lap.tool === tool.name && (lap.timedOut || lap.seconds > LONG_SECONDS))) continue;
      const lap = { tool: tool.name, round, ...(await runLap(tool, options)) };
      options.say(`round ${round + 1}, ${tool.name}: ${lap.failure ?? `${lap.seconds.toFixed(2)} s`}`);
      laps.push(lap);
    }
  }
  return laps;
}

async function runLap(tool: Tool, options: Race): Promise<Omit<Lap, "tool" | "round">> {
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
    const lines = (await link?.use()) ?? [];
    const asked = countRequests(await source.takeAccessLog());
    const failure = measured.failure ?? (await wrongTarget(tool, options, targets));
    return { ...measured, failure: failure === undefined ? undefined : withoutPaths(failure), lines, asked };
  } finally {
    await link?.close();
    for (const target of targets) await target.close();
  }
}

/** The copy of a whole content, with a new folder for the tool's files. */
export function jobFor(content: Content, source: string, targets: readonly string[]): CopyJob {
  const blobs = [...content.blobs.values()];
  return { source, targets, repositories: content.repositories, blobs, folder: newFolder("job") };
}

/** A tool that ends well without having done the work is not fast. */
async function wrongTarget(tool: Tool, options: Race, targets: readonly BenchRegistry[]): Promise<string | undefined> {
  if (options.copiesBlobsAlone?.(tool) === true) return undefined;
  for (const { host } of targets) {
    const wrong = await difference(options.content, host);
    if (wrong !== undefined) return `ended well, but ${wrong}`;
  }
  return undefined;
}
