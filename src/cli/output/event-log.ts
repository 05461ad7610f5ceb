import { closeSync, openSync, writeSync } from "node:fs";

import type { Clock } from "../../clock.ts";
import type { Emit, MirrorEvent } from "../../events.ts";
import { unwritable } from "./output-file.ts";
import { version } from "../process/version.ts";

/** Additions raise the minor version; other changes raise the major version. */
export const EVENTS_FORMAT_VERSION = "1.0";

/** One line of the event file. */
export type LoggedEvent = (MirrorEvent | FirstLine) & {
  /** ISO 8601, UTC. */
  at: string;
};

/** The first line: the version of the format. */
export interface FirstLine {
  type: "version";
  formatVersion: string;
  /** The version of mirrorform. */
  mirrorform: string;
}

/** The file of `--events`: one JSON document per line. */
export interface EventLog {
  listen: Emit;
  close(): void;
}

/**
 * Opens the event file and writes its first line, the version. Each event follows with its time. Lines are written
 * synchronously, so that the file shows what a killed run was doing. A write error later is reported once, and the run
 * continues.
 * @throws MirrorError FILE_UNWRITABLE if the file cannot be opened
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
