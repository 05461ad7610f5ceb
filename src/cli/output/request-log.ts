import { writeSync } from "node:fs";

import type { Emit } from "../../events.ts";
import { terminalText } from "../../plain-text.ts";
import type { EventStream } from "./event-stream.ts";
import { writeFailure } from "../../file-failure.ts";
import { APPEND, openOutput, refuseUnreadPipe, unwritable, type Output } from "./open-output.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Values of MIRRORFORM_LOG for standard error. Any other value is the path of a file. */
const TO_STANDARD_ERROR = new Set(["1", "true", "stderr"]);

/**
 * Logs every request: to standard error with `--verbose` or `MIRRORFORM_LOG=1`, or appended to a file with
 * `MIRRORFORM_LOG=FILE`. A write that fails later is reported once and does not stop the run.
 * @throws MirrorError FILE_UNWRITABLE if the file cannot be written
 */
export async function logRequests(
  { verbose }: { verbose: boolean },
  events: EventStream,
  { environment, err, clock }: ProcessContext,
): Promise<void> {
  const destination = environment["MIRRORFORM_LOG"] ?? "";
  if (verbose || logsToStandardError(environment)) events.listen(requestLog(err));
  if (destination === "" || TO_STANDARD_ERROR.has(destination)) return;
  let file: Output | undefined = await open(destination);
  const write = (line: string): void => {
    if (file === undefined) return;
    try {
      // The file stays open until the process ends, because requests may be logged until then.
      writeSync(file.descriptor, `${new Date(clock.now()).toISOString()} ${line}`);
    } catch (error) {
      file.close();
      file = undefined;
      err(`Requests are no longer written to ${destination}: ${writeFailure(error)}\n`);
    }
  };
  events.listen(requestLog(write));
}

async function open(path: string): Promise<Output> {
  try {
    await refuseUnreadPipe(path);
    return await openOutput(path, APPEND);
  } catch (error) {
    throw unwritable(path, error);
  }
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
