import assert from "node:assert/strict";
import { test } from "node:test";

import { createBatches } from "../../../src/layout/target/batches.ts";

test("items that wait for the same place are worked on together, and other places go on", async () => {
  const batches = createBatches<number>();
  const worked: (readonly number[])[] = [];
  const first = Promise.withResolvers<void>();
  const work = async (items: readonly number[]): Promise<void> => {
    worked.push([...items]);
    if (items.includes(1)) await first.promise;
    if (items.includes(3)) throw new Error("disk full");
  };
  const one = batches.add("a", 1, work);
  const other = batches.add("b", 10, work);
  await other;
  const waiting = [2, 3, 4].map((item) => batches.add("a", item, work));
  first.resolve();
  await one;
  for (const each of waiting) await assert.rejects(each, /disk full/);
  await batches.add("a", 5, work);
  assert.deepEqual(worked, [[1], [10], [2, 3, 4], [5]], "a failure does not stop the next batch");
});
