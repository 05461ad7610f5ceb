import assert from "node:assert/strict";
import { test } from "node:test";

import { createUploadSlots } from "../../../src/apply/blobs/upload-slots.ts";

test("a target gets no more uploads than it has slots, and others do not wait for it", async () => {
  const slots = createUploadSlots<string>(2);
  const order: string[] = [];
  const take = async (name: string, ...targets: string[]) => {
    const release = await slots.take(() => targets);
    order.push(name);
    return release;
  };
  const first = await take("first", "a");
  await take("second", "a", "b");
  const third = take("third", "a", "b");
  const fourth = take("fourth", "b");
  const fifth = take("fifth", "a");
  await fourth;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ["first", "second", "fourth"]);

  first();
  await fifth;
  assert.deepEqual(order, ["first", "second", "fourth", "fifth"], "b has no free slot, so the third still waits");

  (await fourth)();
  (await fifth)();
  await third;
  assert.equal(order.at(-1), "third");
});

test("two uploads of one blob to one host take two slots", async () => {
  const slots = createUploadSlots<string>(3);
  await slots.take(() => ["a", "a"]);
  const more = await slots.take(() => ["a", "a"]);
  let isStarted = false;
  const last = slots.take(() => ["a"]).then(() => (isStarted = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isStarted, false, "four slots of three are taken");
  more();
  await last;
});
