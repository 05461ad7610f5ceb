import type { ErrorCode } from "../../error-code.ts";
import { parentOf } from "./pointer.ts";
import type { Position, Problem } from "./problem.ts";

/** What is wrong at a pointer; `at` is the value unless said. */
export interface Report {
  message: string;
  /** A hint that takes work is a function: it is asked for only where the problem is reported in full. */
  hint?: string | (() => string);
  code?: ErrorCode;
  at?: "key" | "value";
  /** What cannot be relied on for that reason: the value itself, unless said. */
  breaks?: string;
}

/** What is wrong so far, by pointer. Later checks ask it which parts of the file are sound enough to look at. */
export interface ProblemLog {
  /**
   * Reports at the value of a pointer, or at its key. The second report of the same thing at one place is dropped.
   */
  add(pointer: string, report: Report): void;
  /** The value itself is not what it should be. */
  isBroken(pointer: string): boolean;
  /** The value or anything in it is not what it should be. */
  isTouched(pointer: string): boolean;
  /** Line of the value at a pointer, for messages that name two places. */
  positionOf(pointer: string, at?: "key" | "value"): Position;
  /** All problems by their place in the file. */
  problems(): Problem[];
}

/** So many problems are reported in full; a file that is no mirror file has thousands. */
const MAX_PROBLEMS = 200;

/** @param locate finds the place of a pointer, or of the nearest thing around it */
export function problemLog(path: string, locate: (pointer: string, at: "key" | "value") => Position): ProblemLog {
  const found: (Problem & { position: Position })[] = [];
  const seen = new Set<string>();
  const broken = new Set<string>();
  const touched = new Set<string>();
  const markBroken = (pointer: string): void => {
    broken.add(pointer);
    for (let up: string | undefined = pointer; up !== undefined && !touched.has(up); up = parentOf(up)) {
      touched.add(up);
    }
  };
  let dropped = 0;
  return {
    add(pointer, { code = "INVALID_FILE", at = "value", message, hint, breaks = pointer }) {
      markBroken(breaks);
      const identity = `${pointer} ${message}`;
      if (seen.has(identity)) return;
      seen.add(identity);
      if (found.length >= MAX_PROBLEMS) {
        dropped++;
        return;
      }
      const text = typeof hint === "function" ? hint() : hint;
      const position = locate(pointer, at);
      found.push({ code, message, ...(text === undefined ? {} : { hint: text }), position, path });
    },
    isBroken: (pointer) => broken.has(pointer),
    isTouched: (pointer) => touched.has(pointer),
    positionOf: (pointer, at = "value") => locate(pointer, at),
    problems() {
      const sorted: Problem[] = found.toSorted(
        (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
      );
      if (dropped > 0) sorted.push({ code: "INVALID_FILE", message: `and ${dropped} more problems`, path });
      return sorted;
    },
  };
}
