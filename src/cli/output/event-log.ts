import { closeSync, openSync, writeSync } from "node:fs";

import type { Clock } from "../../clock.ts";
import type { Emit, MirrorEvent } from "../../events.ts";
import { unwritable } from "./output-file.ts";
import { version } from "../process/version.ts";

/** Raised by one in the minor part for additions, in the major part otherwise. */
export const EVENTS_FORMAT_VERSION = "1.0";

/** One line of the file. */
export type LoggedEvent = (MirrorEvent | FirstLine) & {
  /** ISO 8601, UTC. */
  at: string;
};

/** What the other lines are. */
export interface FirstLine {
  type: "version";
  formatVersion: string;
  /** The version of the program. */
  mirrorform: string;
}

/** `--events`: a file of events, one JSON document a line. */
export interface EventLog {
  listen: Emit;
  close(): void;
}

/**
 * Opens the file and writes its first line, which says what the others are. Every event follows with the time (`at`,
 * ISO 8601, UTC). Each line is written before the next thing happens, so that what a run was doing when it was killed
 * can be read. When the disk is full later that is said once; it changes nothing of the run.
 * @throws MirrorError FILE_UNWRITABLE when the file cannot be opened
 */
export function openEventLog(path: string, { clock, err }: { clock: Clock; err: (text: string) => void }): EventLog {
  let file: number | undefined = open(path);
  const write = (event: MirrorEvent | FirstLine): void => {
    if (file === undefined) return;
    try {
      const line: LoggedEvent = { at: new Date(clock.now()).toISOString(), ...event };
      writeSync(file, `${JSON.stringify(line)}\n`);
    } catch (error) {
      err(`Events are no longer written to ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
      close();
    }
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  write({ type: "version", formatVersion: EVENTS_FORMAT_VERSION, mirrorform: version() });
  return { listen: write, close };
}

function open(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw unwritable(path, error);
  }
}
