import type { ReadingTally } from "./reading-tally.ts";
import { waitingText } from "./waiting-text.ts";

/**
 * Renders what a run is reading, and below it what it is waiting for:
 * ```
 * Reading: 1 of 3 targets, 40 of 120 repositories
 *   waiting for target api.ecr.us-east-1.amazonaws.com for 12 s (DescribeRepositories)
 * ```
 */
export function readingLines(tally: ReadingTally): string[] {
  const counts = tally.steps().map(({ step, done, total }) => `${done} of ${total} ${nameOf(step, total)}`);
  const head = counts.length === 0 ? "Reading" : `Reading: ${counts.join(", ")}`;
  return [head, ...tally.waiting().map((waiting) => `  ${waitingText(waiting)}`)];
}

function nameOf(step: string, total: number): string {
  return total === 1 ? step.replace(/ies$/, "y").replace(/s$/, "") : step;
}
