import { setTimeout as sleep } from "node:timers/promises";

/** Turns after which `until` looks less often: it waits for another process or a timer, which a busy loop would slow down. */
const BUSY_TURNS = 1000;

/** Lets pending callbacks run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a condition holds, however long the machine takes. A test that never ends fails by the runner's timeout. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) await (turns < BUSY_TURNS ? turn() : sleep(1));
}
