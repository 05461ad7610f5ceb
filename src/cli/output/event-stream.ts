import type { Emit } from "../../events.ts";

/** The event stream: passes each event to every listener in turn. */
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
