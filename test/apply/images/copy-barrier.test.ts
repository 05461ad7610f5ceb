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
  const member = createCopyBarrier(heldClock()).join("image");
  assert.ok(await isSettled(member.waitForOthers("manifest")));
});

test("copies of one image wait for each other at each manifest, and for nobody else", async () => {
  const copyBarrier = createCopyBarrier(heldClock());
  const [a, b] = [copyBarrier.join("image"), copyBarrier.join("image")];
  copyBarrier.join("another image");
  const first = a.waitForOthers("one");
  assert.equal(await isSettled(first), false);
  void b.waitForOthers("two");
  assert.equal(await isSettled(first), false);
  assert.ok(await isSettled(b.waitForOthers("one")));
  assert.ok(await isSettled(first));
});

test("one that leaves is not waited for", async () => {
  const copyBarrier = createCopyBarrier(heldClock());
  const [a, b] = [copyBarrier.join("image"), copyBarrier.join("image")];
  const arrival = a.waitForOthers("one");
  assert.equal(await isSettled(arrival), false);
  b.leave();
  assert.ok(await isSettled(arrival));
});

test("one that is late is waited for no longer, and not at the next manifest either, until it comes", async () => {
  const clock = heldClock();
  const copyBarrier = createCopyBarrier(clock);
  const [a, b] = [copyBarrier.join("image"), copyBarrier.join("image")];
  const first = a.waitForOthers("one");
  assert.equal(await isSettled(first), false);
  clock.sleeps[0]?.();
  assert.ok(await isSettled(first));
  assert.ok(await isSettled(a.waitForOthers("two")));
  void b.waitForOthers("two");
  assert.equal(await isSettled(a.waitForOthers("three")), false);
});

test("one that wants nothing holds nobody up, and starts no wait", async () => {
  const clock = heldClock();
  const copyBarrier = createCopyBarrier(clock);
  const [a, b] = [copyBarrier.join("image"), copyBarrier.join("image")];
  a.skip("one");
  assert.equal(clock.sleeps.length, 0);
  assert.ok(await isSettled(b.waitForOthers("one")));
  assert.equal(await isSettled(b.waitForOthers("two")), false);
});
