import type { Emit } from "../../events.ts";

/** The stream of events: what the core emits goes to each listener in turn. */
export interface EventStream {
  emit: Emit;
  listen(listener: Emit): void;
}

export function createEventStream(): EventStream {
  const listeners: Emit[] = [];
  return {
    emit: (event) => listeners.forEach((listener) => listener(event)),
    listen: (listener) => void listeners.push(listener),
  };
}
