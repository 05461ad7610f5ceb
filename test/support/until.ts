/** Lets pending callbacks run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a condition holds, however long the machine takes. A test that never ends fails by the runner's timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
