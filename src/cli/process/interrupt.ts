import type { InterruptSignal } from "./exit-code.ts";

export interface Interrupt {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}

/**
 * Aborts a signal on the first SIGINT or SIGTERM, so that the report can still be written. The second ends the process at
 * once, through the system's own handler: process.exit waits for pending file operations, such as a pipe without a
 * reader.
 */
export function listenForInterrupt(process: NodeJS.Process): Interrupt {
  const controller = new AbortController();
  let received: InterruptSignal | undefined;
  const listen = (name: InterruptSignal) => {
    process.on(name, () => {
      if (received !== undefined) return exitAtOnce(process, name);
      received = name;
      controller.abort(new Error(`received ${name}`));
    });
  };
  listen("SIGINT");
  listen("SIGTERM");
  return { signal: controller.signal, received: () => received };
}

/** Ends the process by the signal. A shell reports 130 or 143, as after the first signal. */
function leave(process: NodeJS.Process, name: InterruptSignal): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
