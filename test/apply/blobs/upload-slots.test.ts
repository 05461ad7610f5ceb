import assert from "node:assert/strict";
import { test } from "node:test";

import { createUploadSlots } from "../../../src/apply/blobs/upload-slots.ts";

test("a target gets no more uploads than it has places, and others do not wait for it", async () => {
  const places = createUploadSlots<string>(2);
  const order: string[] = [];
  const take = async (name: string, ...targets: string[]) => {
    const release = await places.take(() => targets);
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
  assert.deepEqual(order, ["first", "second", "fourth", "fifth"], "b is full: the third still waits");

  (await fourth)();
  (await fifth)();
  await third;
  assert.equal(order.at(-1), "third");
});

test("two uploads of one stream to one host take two places", async () => {
  const places = createUploadSlots<string>(3);
  await places.take(() => ["a", "a"]);
  const more = await places.take(() => ["a", "a"]);
  let isBegun = false;
  const last = places.take(() => ["a"]).then(() => (isBegun = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isBegun, false, "four are taken, where three are");
  more();
  await last;
});
