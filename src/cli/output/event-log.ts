import { writeSync } from "node:fs";

import type { Clock } from "../../clock.ts";
import type { Emit, MirrorEvent } from "../../events.ts";
import { writeFailure } from "../../file-failure.ts";
import { openOutput, refuseUnreadPipe, TRUNCATE, unwritable, type Output } from "./open-output.ts";
import { version } from "../process/version.ts";

/** Additions raise the minor version, other changes the major version. */
export const EVENTS_FORMAT_VERSION = "1.0";

/** One line of the event file. */
export type LoggedEvent = (Exclude<MirrorEvent, UnloggedEvent> | FirstLine) & {
  /** ISO 8601, UTC. */
  at: string;
};

/** Events that only show what a run is waiting for. */
type UnloggedEvent = { type: (typeof UNLOGGED)[number] };

const UNLOGGED = [
  "request.started",
  "transfer.stalled",
  "transfer.resumed",
  "pulls.awaited",
  "plan.progress",
] as const satisfies MirrorEvent["type"][];

function isLogged(event: MirrorEvent | FirstLine): event is Exclude<MirrorEvent, UnloggedEvent> | FirstLine {
  return !UNLOGGED.some((type) => type === event.type);
}

/** The first line: the versions of the format and of mirrorform. */
export interface FirstLine {
  type: "version";
  formatVersion: string;
  /** The version of mirrorform. */
  mirrorform: string;
}

/** The file of `--events`, with one JSON document per line. */
export interface EventLog {
  listen: Emit;
  close(): void;
}

/**
 * Opens the file and writes its first line, the versions. Every event gets its time as `at` (ISO 8601, UTC). Writes are
 * synchronous, so the file shows what a killed run was doing. A write that fails later is reported once and does not stop
 * the run.
 * @throws MirrorError FILE_UNWRITABLE if the file cannot be opened
 */
export async function openEventLog(
  path: string,
  { clock, err }: { clock: Clock; err: (text: string) => void },
): Promise<EventLog> {
  let file: Output | undefined = await open(path);
  const write = (event: MirrorEvent | FirstLine): void => {
    if (file === undefined || !isLogged(event)) return;
    try {
      const line: LoggedEvent = { at: new Date(clock.now()).toISOString(), ...event };
      writeSync(file.descriptor, `${JSON.stringify(line)}\n`);
    } catch (error) {
      err(`Events are no longer written to ${path}: ${writeFailure(error)}\n`);
      close();
    }
  };
  const close = (): void => {
    file?.close();
    file = undefined;
  };
  write({ type: "version", formatVersion: EVENTS_FORMAT_VERSION, mirrorform: version() });
  return { listen: write, close };
}

async function open(path: string): Promise<Output> {
  try {
    await refuseUnreadPipe(path);
    return await openOutput(path, TRUNCATE);
  } catch (error) {
    throw unwritable(path, error);
  }
}
