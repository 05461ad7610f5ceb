import type { Measurement } from "./measure.ts";
import type { Tool } from "../tools/tool.ts";

/** What a tool did in all rounds together. */
export interface Standing {
  tool: string;
  /** Median of the rounds that ended well; undefined where none did. */
  seconds: number | undefined;
  /** Each round that ended well, in seconds. */
  rounds: readonly number[];
  /** Bytes, the largest of the rounds. */
  peakMemory: number | undefined;
  /** Median. */
  cpuSeconds: number | undefined;
  /** Why a round failed, or why the tool did not run. */
  failure: string | undefined;
}

export function standings(tools: readonly Tool[], laps: readonly (Measurement & { tool: string })[]): Standing[] {
  return tools.map((tool) => {
    const own = laps.filter((lap) => lap.tool === tool.name);
    const good = own.filter((lap) => lap.failure === undefined);
    const peaks = good.flatMap(({ peakMemory }) => peakMemory ?? []);
    return {
      tool: tool.name,
      seconds: median(good.map(({ seconds }) => seconds)),
      rounds: good.map(({ seconds }) => seconds),
      peakMemory: peaks.length === 0 ? undefined : Math.max(...peaks),
      cpuSeconds: median(good.flatMap(({ cpuSeconds }) => cpuSeconds ?? [])),
      failure: tool.unavailable() ?? own.find(({ failure }) => failure !== undefined)?.failure,
    };
  });
}

/** The middle one, or the mean of the two in the middle; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** The fastest of these; undefined where none ended well. */
export function fastest(all: readonly Standing[], names: readonly string[]): Standing | undefined {
  return all
    .filter(({ tool, seconds }) => names.includes(tool) && seconds !== undefined)
    .toSorted((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity))[0];
}
