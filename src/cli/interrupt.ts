import { EXIT, type InterruptSignal } from "./exit-code.ts";

export interface Interrupt {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}

/** The first SIGINT or SIGTERM aborts the signal, so that the report can still be written; the second leaves at once. */
export function listenForInterrupt(process: NodeJS.Process): Interrupt {
  const controller = new AbortController();
  let received: InterruptSignal | undefined;
  const listen = (name: InterruptSignal) => {
    process.on(name, () => {
      if (received !== undefined) process.exit(EXIT.interrupted[name]);
      received = name;
      controller.abort(new Error(`received ${name}`));
    });
  };
  listen("SIGINT");
  listen("SIGTERM");
  return { signal: controller.signal, received: () => received };
}
