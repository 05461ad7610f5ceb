import { GROWTH_WORKS } from "../harness/growth-work.ts";
import { atMost, ratio, table } from "../harness/markdown.ts";
import type { Case, CaseOptions } from "./case.ts";

/** The larger size is four times the smaller one. */
const SIZES = [10_000, 40_000] as const;
/** Proportional work takes 4 times as long, and work that grows with the square 16 times. */
const MOST_GROWTH = 8;
/** Shorter times say nothing about growth. */
const SHORTEST_MS = 50;

export const growth: Case = {
  name: "growth",
  title: "computations for 10,000 and 40,000 items",
  async run({ rounds, say }: CaseOptions) {
    const rows: string[][] = [];
    const goals: string[] = [];
    for (const work of GROWTH_WORKS) {
      say(work.name);
      const times: number[] = [];
      for (const size of SIZES) times.push(await fastest(rounds, await work.prepare(size)));
      const [small = 0, large = 0] = times;
      const grown = ratio(large, small);
      rows.push([work.name, small.toFixed(0), large.toFixed(0), grown?.toFixed(1) ?? "-"]);
      if (large >= SHORTEST_MS && grown !== undefined && grown > MOST_GROWTH) {
        goals.push(atMost(work.name, MOST_GROWTH, grown));
      }
    }
    const summary = goals.length === 0 ? [`- No CPU time grows more than ${MOST_GROWTH} times: reached`] : goals;
    return {
      tools: [],
      lines: [...table(["computation", "10,000: CPU ms", "40,000: CPU ms", "growth"], rows), "", ...summary],
    };
  },
};

/** Returns the least CPU time in milliseconds: on a shared machine, the time says little about the work. */
async function fastest(rounds: number, compute: () => unknown): Promise<number> {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.cpuUsage();
    await compute();
    const { user, system } = process.cpuUsage(start);
    shortest = Math.min(shortest, (user + system) / 1000);
  }
  return shortest;
}
