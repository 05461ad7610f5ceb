import type { Emit } from "../../events.ts";

/** Passes each emitted event to all listeners, in the order in which they were added. */
export interface EventStream {
  emit: Emit;
  /** @returns a function that removes the listener */
  listen(listener: Emit): () => void;
}

export function createEventStream(): EventStream {
  const listeners = new Set<Emit>();
  return {
    emit: (event) => listeners.forEach((listener) => listener(event)),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
