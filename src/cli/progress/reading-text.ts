import { terminalText } from "../../plain-text.ts";
import { plural } from "../render/text/units.ts";
import type { ReadingTally, Waiting } from "./reading-tally.ts";

/**
 * Renders what a run is reading, and below it what it is waiting for:
 * ```
 * Reading: 1 of 3 targets, 40 of 120 repositories
 *   waiting for api.ecr.us-east-1.amazonaws.com for 12 s (DescribeRepositories)
 * ```
 */
export function readingLines(tally: ReadingTally): string[] {
  const counts = tally.steps().map(({ step, done, total }) => `${done} of ${total} ${nameOf(step, total)}`);
  const head = counts.length === 0 ? "Reading" : `Reading: ${counts.join(", ")}`;
  const waiting = tally.waiting();
  return waiting === undefined ? [head] : [head, `  ${terminalText(waitingText(waiting))}`];
}

/** Cuts a line, so that it does not wrap on a terminal of this width. */
export function cutLine(line: string, columns: number): string {
  const characters = [...line];
  return characters.length < columns ? line : `${characters.slice(0, Math.max(1, columns - 2)).join("")}…`;
}

function nameOf(step: string, total: number): string {
  return total === 1 ? step.replace(/ies$/, "y").replace(/s$/, "") : step;
}

function waitingText(waiting: Waiting): string {
  const { host, request, milliseconds, others } = waiting;
  const seconds = `${Math.ceil(milliseconds / 1000)} s`;
  const more = others === 0 ? "" : `, and for ${plural(others, "other host")}`;
  return waiting.kind === "answer"
    ? `waiting for ${host} for ${seconds} (${request})${more}`
    : `asking ${host} again in ${seconds} after ${waiting.reason} (${request})${more}`;
}
