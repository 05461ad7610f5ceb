import type { Emit } from "../../events.ts";

/** Passes each emitted event to all listeners, in the order in which they were added. */
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
