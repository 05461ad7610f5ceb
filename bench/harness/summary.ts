import type { Measurement } from "./measure.ts";
import type { Tool } from "../tools/tool.ts";

/** The summary of a tool's runs. */
export interface Summary {
  tool: string;
  /** Median of the successful runs. Undefined if all failed. */
  seconds: number | undefined;
  /** The successful runs, in seconds. */
  rounds: readonly number[];
  /** The largest of the runs, in bytes. */
  peakMemory: number | undefined;
  /** Median. */
  cpuSeconds: number | undefined;
  /** Why a run failed, or why the tool did not run. */
  failure: string | undefined;
}

export function summarize(tools: readonly Tool[], runs: readonly (Measurement & { tool: string })[]): Summary[] {
  return tools.map((tool) => {
    const own = runs.filter((run) => run.tool === tool.name);
    const good = own.filter((run) => run.failure === undefined);
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

/** Returns the median, or undefined for no values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** Returns the fastest of the named tools, or undefined if all failed. */
export function fastest(all: readonly Summary[], names: readonly string[]): Summary | undefined {
  return all
    .filter(({ tool, seconds }) => names.includes(tool) && seconds !== undefined)
    .toSorted((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity))[0];
}
