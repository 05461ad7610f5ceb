import type { InterruptSignal } from "./exit-code.ts";

export interface Interrupt {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}

/**
 * The first SIGINT or SIGTERM aborts the signal, so that the report can still be written; the second leaves at once. That
 * one is the system's to carry out: process.exit waits for what a file that does not answer holds up, a pipe without
 * a reader or a server's disk.
 */
export function listenForInterrupt(process: NodeJS.Process): Interrupt {
  const controller = new AbortController();
  let received: InterruptSignal | undefined;
  const listen = (name: InterruptSignal) => {
    process.on(name, () => {
      if (received !== undefined) return leave(process, name);
      received = name;
      controller.abort(new Error(`received ${name}`));
    });
  };
  listen("SIGINT");
  listen("SIGTERM");
  return { signal: controller.signal, received: () => received };
}

/** A shell tells it as 130 or 143, the same as after the first. */
function leave(process: NodeJS.Process, name: InterruptSignal): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
