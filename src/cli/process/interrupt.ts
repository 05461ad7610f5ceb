import type { InterruptSignal } from "./exit-code.ts";

export interface Interrupt {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}

/**
 * Aborts the signal on the first SIGINT or SIGTERM, so that the report can still be written. The second one ends the
 * process immediately, with the default action of the signal: process.exit would wait for pending writes, for example to
 * a pipe without a reader or to a network disk.
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

/** Ends the process with a signal. A shell reports this as 130 or 143, as after the first signal. */
function exitAtOnce(process: NodeJS.Process, name: InterruptSignal): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
