import type { Tool } from "../tools/tool.ts";
import { measure, type Command, type Measurement } from "./measure.ts";
import { withoutPaths } from "./place.ts";

/** Runs read-only commands alternately, once per round. */
export async function repeat(
  commands: readonly { tool: Pick<Tool, "name" | "unavailable">; command: Command }[],
  rounds: number,
  say: (text: string) => void,
): Promise<(Measurement & { tool: string; round: number })[]> {
  const runs: (Measurement & { tool: string; round: number })[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const { tool, command } of commands) {
      if (tool.unavailable() !== undefined) continue;
      const measured = await measure(command);
      const failure = measured.failure === undefined ? undefined : withoutPaths(measured.failure);
      say(`round ${round + 1}, ${tool.name}: ${failure ?? `${measured.seconds.toFixed(3)} s`}`);
      runs.push({ tool: tool.name, round, ...measured, failure });
    }
  }
  return runs;
}
