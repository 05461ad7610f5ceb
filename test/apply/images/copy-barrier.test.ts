import assert from "node:assert/strict";
import { test } from "node:test";

import { createCopyBarrier } from "../../../src/apply/images/copy-barrier.ts";

/** A clock whose sleeps end when the test says so. */
function heldClock() {
  const sleeps: (() => void)[] = [];
  return {
    sleeps,
    now: () => 0,
    sleep: (_milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeps.push(resolve);
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test("one alone waits for nobody", async () => {
  const member = createCopyBarrier(heldClock()).enter("image");
  assert.ok(await isSettled(member.arrive("manifest")));
});

test("copies of one image wait for each other at each manifest, and for nobody else", async () => {
  const gathering = createCopyBarrier(heldClock());
  const [a, b] = [gathering.enter("image"), gathering.enter("image")];
  gathering.enter("another image");
  const first = a.arrive("one");
  assert.equal(await isSettled(first), false);
  void b.arrive("two");
  assert.equal(await isSettled(first), false);
  assert.ok(await isSettled(b.arrive("one")));
  assert.ok(await isSettled(first));
});

test("one that leaves is not waited for", async () => {
  const gathering = createCopyBarrier(heldClock());
  const [a, b] = [gathering.enter("image"), gathering.enter("image")];
  const arrival = a.arrive("one");
  assert.equal(await isSettled(arrival), false);
  b.leave();
  assert.ok(await isSettled(arrival));
});

test("one that is late is waited for no longer, and not at the next manifest either, until it comes", async () => {
  const clock = heldClock();
  const gathering = createCopyBarrier(clock);
  const [a, b] = [gathering.enter("image"), gathering.enter("image")];
  const first = a.arrive("one");
  assert.equal(await isSettled(first), false);
  clock.sleeps[0]?.();
  assert.ok(await isSettled(first));
  assert.ok(await isSettled(a.arrive("two")));
  void b.arrive("two");
  assert.equal(await isSettled(a.arrive("three")), false);
});

test("one that wants nothing holds nobody up, and starts no wait", async () => {
  const clock = heldClock();
  const gathering = createCopyBarrier(clock);
  const [a, b] = [gathering.enter("image"), gathering.enter("image")];
  a.pass("one");
  assert.equal(clock.sleeps.length, 0);
  assert.ok(await isSettled(b.arrive("one")));
  assert.equal(await isSettled(b.arrive("two")), false);
});
