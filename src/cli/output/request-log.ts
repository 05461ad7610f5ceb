import { appendFileSync } from "node:fs";

import type { Emit } from "../../events.ts";
import { terminalText } from "../../plain-text.ts";
import type { EventStream } from "./event-stream.ts";
import { writeFailure } from "../../file-failure.ts";
import { refuseUnreadPipe, unwritable } from "./output-file.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Values of MIRRORFORM_LOG for standard error. Any other value is the path of a file. */
const TO_STANDARD_ERROR = new Set(["1", "true", "stderr"]);

/**
 * Logs every request: to standard error with `--verbose` or `MIRRORFORM_LOG=1`, or appended to a file with
 * `MIRRORFORM_LOG=FILE`. A write that fails later is reported once and does not stop the run.
 * @throws MirrorError FILE_UNWRITABLE if the file cannot be written
 */
export function logRequests(
  { verbose }: { verbose: boolean },
  events: EventStream,
  { environment, err, clock }: ProcessContext,
): void {
  const destination = environment["MIRRORFORM_LOG"] ?? "";
  if (verbose || logsToStandardError(environment)) events.listen(requestLog(err));
  if (destination === "" || TO_STANDARD_ERROR.has(destination)) return;
  try {
    refuseUnreadPipe(destination);
    appendFileSync(destination, "");
  } catch (error) {
    throw unwritable(destination, error);
  }
  let isWritten = true;
  const write = (line: string): void => {
    if (!isWritten) return;
    try {
      appendFileSync(destination, `${new Date(clock.now()).toISOString()} ${line}`);
    } catch (error) {
      isWritten = false;
      err(`Requests are no longer written to ${destination}: ${writeFailure(error)}\n`);
    }
  };
  events.listen(requestLog(write));
}

/** Whether the environment asks for a line for each request on standard error. */
export function logsToStandardError(environment: ProcessContext["environment"]): boolean {
  return TO_STANDARD_ERROR.has(environment["MIRRORFORM_LOG"] ?? "");
}

/** Writes one line for each request: method, host, path, status and milliseconds. Never writes the value of a header. */
function requestLog(write: (text: string) => void): Emit {
  return (event) => {
    if (event.type !== "request.finished" && event.type !== "request.retried") return;
    const request = `${event.method} ${event.host} ${event.path}`;
    const end =
      event.type === "request.finished"
        ? `${event.status ?? "no response"} ${Math.round(event.milliseconds)} ms`
        : `retry in ${Math.round(event.delayMilliseconds)} ms, attempt ${event.attempt}: ${event.reason}`;
    write(`${terminalText(`${request} ${end}`)}\n`);
  };
}
