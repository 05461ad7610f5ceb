import type { Emit } from "../events.ts";
import { terminalText } from "../plain-text.ts";

/** `--verbose`: one line a request. Method, host, path, status, milliseconds; never a header's value. */
export function requestLog(write: (text: string) => void): Emit {
  return (event) => {
    if (event.type !== "request.finished" && event.type !== "request.retried") return;
    const request = `${event.method} ${event.host} ${event.path}`;
    const end =
      event.type === "request.finished"
        ? `${event.status ?? "no answer"} ${Math.round(event.milliseconds)} ms`
        : `again in ${Math.round(event.delayMilliseconds)} ms, try ${event.attempt}: ${event.reason}`;
    write(`${terminalText(`${request} ${end}`)}\n`);
  };
}
