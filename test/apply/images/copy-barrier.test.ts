import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { createCopyBarrier, type BarrierMember } from "../../../src/apply/images/copy-barrier.ts";

/** A clock whose sleeps end when the test says so. */
function manualClock() {
  const sleeps: (() => void)[] = [];
  let aborted = 0;
  return {
    sleeps,
    aborted: () => aborted,
    now: () => 0,
    monotonic: () => 0,
    after: () => () => {},
    sleep: (_milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeps.push(resolve);
        signal?.addEventListener("abort", () => {
          aborted += 1;
          reject(new Error("aborted"));
        });
      }),
  };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

/** Two members of one image, and their clock. */
function pair() {
  const clock = manualClock();
  const copyBarrier = createCopyBarrier(clock);
  return { clock, copyBarrier, a: copyBarrier.join("image"), b: copyBarrier.join("image") };
}

describe("a member of a copy barrier", () => {
  test("waits only for members of the same image, and at each manifest separately", async () => {
    const { copyBarrier, a, b } = pair();
    copyBarrier.join("another image");
    const wait = a.waitForOthers("one");
    assert.equal(await isSettled(wait), false);
    void b.waitForOthers("two");
    assert.equal(await isSettled(wait), false);
    assert.ok(await isSettled(b.waitForOthers("one")));
    assert.ok(await isSettled(wait));
  });

  test("does not wait for one that has left", async () => {
    const { a, b } = pair();
    const wait = a.waitForOthers("one");
    assert.equal(await isSettled(wait), false);
    b.leave();
    assert.ok(await isSettled(wait));
  });

  test("waits no longer than the timeout", async () => {
    const { clock, a } = pair();
    const wait = a.waitForOthers("one");
    assert.equal(await isSettled(wait), false);
    clock.sleeps[0]?.();
    assert.ok(await isSettled(wait));
  });

  test("does not wait for a late one at other manifests, until that one is ready somewhere again", async () => {
    const { clock, a, b } = pair();
    const wait = a.waitForOthers("one");
    clock.sleeps[0]?.();
    assert.ok(await isSettled(wait));
    assert.ok(await isSettled(a.waitForOthers("two")));
    void b.waitForOthers("two");
    assert.equal(await isSettled(a.waitForOthers("three")), false);
  });

  test("is ready at a manifest that it skips, and does not wait there", async () => {
    const { clock, a, b } = pair();
    a.skip("one");
    assert.equal(clock.sleeps.length, 0);
    assert.ok(await isSettled(b.waitForOthers("one")));
    assert.equal(await isSettled(b.waitForOthers("two")), false);
  });

  test("does not wait without others, and starts no timer", async () => {
    const clock = manualClock();
    const member = createCopyBarrier(clock).join("image");
    assert.ok(await isSettled(member.waitForOthers("one")));
    assert.equal(clock.sleeps.length, 0);
  });

  test("shares one timer with others at the manifest, which is cancelled when their wait ends", async () => {
    const { clock, copyBarrier, a, b } = pair();
    const c = copyBarrier.join("image");
    const waits = [a.waitForOthers("one"), b.waitForOthers("one")];
    assert.equal(clock.sleeps.length, 1);
    assert.equal(clock.aborted(), 0);
    waits.push(c.waitForOthers("one"));
    for (const wait of waits) assert.ok(await isSettled(wait));
    assert.deepEqual([clock.sleeps.length, clock.aborted()], [1, 1]);
  });
});

test("a wait lasts exactly as long as an awaited member is not ready at its manifest", async () => {
  const member = fc.nat(3);
  const manifest = fc.constantFrom("one", "two", "three");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("wait" as const), member, manifest }),
    fc.record({ kind: fc.constant("skip" as const), member, manifest }),
    fc.record({ kind: fc.constant("leave" as const), member, manifest }),
    fc.record({ kind: fc.constant("timeOut" as const), member, manifest }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const clock = manualClock();
      const copyBarrier = createCopyBarrier(clock);
      const members: BarrierMember[] = Array.from({ length: 4 }, () => copyBarrier.join("image"));
      // What the barrier is to do, without its promises.
      const awaited = new Set(members);
      const left = new Set<BarrierMember>();
      const ready = new Map<string, Set<BarrierMember>>();
      const timers = new Map<string, number>();
      let waits: { manifest: string; ended: () => boolean }[] = [];
      const isComplete = (at: string) => [...awaited].every((each) => ready.get(at)?.has(each) === true);
      const markReady = (each: BarrierMember, at: string) => {
        awaited.add(each);
        ready.set(at, (ready.get(at) ?? new Set()).add(each));
      };
      for (const { kind, member: i, manifest: at } of steps) {
        const each = members[i];
        assert.ok(each !== undefined);
        if (kind !== "timeOut" && left.has(each)) continue;
        if (kind === "leave") {
          each.leave();
          left.add(each);
          awaited.delete(each);
        } else if (kind === "skip") {
          each.skip(at);
          markReady(each, at);
        } else if (kind === "wait") {
          const timer = clock.sleeps.length;
          let isEnded = false;
          void each.waitForOthers(at).then(() => (isEnded = true));
          if (clock.sleeps.length > timer) timers.set(at, timer);
          waits.push({ manifest: at, ended: () => isEnded });
          markReady(each, at);
        } else if (waits.some((wait) => wait.manifest === at)) {
          clock.sleeps[timers.get(at) ?? -1]?.();
          for (const late of awaited) if (ready.get(at)?.has(late) !== true) awaited.delete(late);
        }
        await new Promise((resolve) => setImmediate(resolve));
        for (const wait of waits) assert.equal(wait.ended(), isComplete(wait.manifest), `${kind} at ${at}`);
        waits = waits.filter((wait) => !wait.ended());
      }
    }),
    { numRuns: 200 },
  );
});
