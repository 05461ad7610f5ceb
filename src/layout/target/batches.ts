/** Work on several items of a place at once. */
export interface Batches<Item> {
  /**
   * Adds an item. While work for the same place runs, items wait, and the next work gets all of them.
   * @param work the last one that was added with an item of the batch runs
   * @throws the error of the work, for each of its items
   */
  add(place: string, item: Item, work: (batch: readonly Item[]) => Promise<void>): Promise<void>;
}

export function createBatches<Item>(): Batches<Item> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, { items: Item[]; done: Promise<void> }>();

  return {
    add(place, item, work) {
      const next = waiting.get(place);
      if (next !== undefined) {
        next.items.push(item);
        return next.done;
      }
      const items = [item];
      const done = (running.get(place) ?? Promise.resolve())
        .catch(() => {})
        .then(() => {
          waiting.delete(place);
          return work(items);
        });
      waiting.set(place, { items, done });
      running.set(place, done);
      return done;
    },
  };
}
