import type { ErrorCode } from "../../error-code.ts";
import { MAX_MESSAGE_LENGTH, shortened } from "../../plain-text.ts";
import { parentOf } from "./pointer.ts";
import type { Position, Problem } from "./problem.ts";

/** A problem at a pointer. */
export interface Report {
  message: string;
  /** A function if the hint is expensive: it is called only if the problem is reported in full. */
  hint?: string | (() => string);
  code?: ErrorCode;
  /** Where to report it (default: the value). */
  at?: "key" | "value";
  /** Pointer to the value that is invalid as a result (default: the value itself). */
  invalidates?: string;
}

/** The problems and warnings found so far, by pointer. Later checks use it to skip invalid parts of the file. */
export interface ProblemLog {
  /** Adds a problem at the value or the key of a pointer. Ignores a repeated message at the same pointer. */
  add(pointer: string, report: Report): void;
  /** Marks a value as invalid, without a problem of its own: another problem explains it. */
  invalidate(pointer: string): void;
  /** Adds a warning, which makes nothing invalid. Ignores a repeated message at the same pointer. */
  warn(pointer: string, report: Report): void;
  /** Returns whether the value itself is invalid. */
  isInvalid(pointer: string): boolean;
  /** Returns whether the value or anything inside it is invalid. */
  containsInvalid(pointer: string): boolean;
  /** Returns the position of a pointer, for messages that refer to a second place. */
  positionOf(pointer: string, at?: "key" | "value"): Position;
  /** Returns all problems, sorted by position. */
  problems(): Problem[];
  /** Returns all warnings, sorted by position. */
  warnings(): Problem[];
}

/** How many problems to report in full. A file of another kind can have thousands. */
const MAX_PROBLEMS = 200;

/** Creates an empty log. @param locate finds the position of a pointer, or of its nearest ancestor */
export function problemLog(path: string, locate: (pointer: string, at: "key" | "value") => Position): ProblemLog {
  const found: Placed[] = [];
  const warned = new Map<string, Placed>();
  const seen = new Set<string>();
  const invalid = new Set<string>();
  const containing = new Set<string>();
  const markInvalid = (pointer: string): void => {
    invalid.add(pointer);
    for (let up: string | undefined = pointer; up !== undefined && !containing.has(up); up = parentOf(up)) {
      containing.add(up);
    }
  };
  const placed = (pointer: string, { code = "INVALID_FILE", at = "value", message, hint }: Report): Placed => {
    const text = typeof hint === "function" ? hint() : hint;
    return {
      code,
      message: shortened(message, MAX_MESSAGE_LENGTH),
      ...(text === undefined ? {} : { hint: shortened(text, MAX_MESSAGE_LENGTH) }),
      position: locate(pointer, at),
      path,
    };
  };
  let dropped = 0;
  return {
    add(pointer, report) {
      markInvalid(report.invalidates ?? pointer);
      const identity = `${pointer} ${report.message}`;
      if (seen.has(identity)) return;
      seen.add(identity);
      if (found.length >= MAX_PROBLEMS) {
        dropped++;
        return;
      }
      found.push(placed(pointer, report));
    },
    warn(pointer, report) {
      const identity = `${pointer} ${report.message}`;
      if (warned.size < MAX_PROBLEMS && !warned.has(identity)) warned.set(identity, placed(pointer, report));
    },
    invalidate: markInvalid,
    isInvalid: (pointer) => invalid.has(pointer),
    containsInvalid: (pointer) => containing.has(pointer),
    positionOf: (pointer, at = "value") => locate(pointer, at),
    problems() {
      const sorted: Problem[] = found.toSorted(byPosition);
      if (dropped > 0) {
        const message = `and ${dropped} more problem${dropped === 1 ? "" : "s"}`;
        sorted.push({ code: "INVALID_FILE", message, path, omitted: dropped });
      }
      return sorted;
    },
    warnings: () => [...warned.values()].toSorted(byPosition),
  };
}

type Placed = Problem & { position: Position };

function byPosition({ position: a }: Placed, { position: b }: Placed): number {
  return a.line - b.line || a.column - b.column;
}
