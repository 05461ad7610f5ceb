import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import type { Clock } from "../../../src/clock.ts";
import { withLock, type LayoutLock } from "../../../src/layout/target/index-lock.ts";
import { quickClock } from "../../registry/server.ts";
import { NEVER, temporaryFolder } from "../support/layouts.ts";

const ABOUT = {
  work: { side: "target", operation: "tag an image", reference: "./mirror/redis" } as const,
  signal: NEVER,
};

async function lockIn(t: TestContext) {
  const path = join(await temporaryFolder(t), "lock");
  const hold = <T>(work: (lock: LayoutLock) => Promise<T>, clock: Clock = quickClock()) =>
    withLock(path, { clock, random: Math.random }, ABOUT, work);
  return { path, hold };
}

test("a lock is there while it is held, and gone afterwards, also after a failure", async (t) => {
  const { path, hold } = await lockIn(t);
  assert.equal(await hold(async ({ isHeld }) => existsSync(path) && (await isHeld())), true);
  await assert.rejects(
    hold(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(existsSync(path), false);
});

test("a killed process's lock is taken over after seconds, not at once", async (t) => {
  const { path, hold } = await lockIn(t);
  await writeFile(path, "of a process that is no more");
  const clock = quickClock();
  const began = clock.time;
  assert.equal(await hold(({ isHeld }) => isHeld(), clock), true);
  assert.ok(clock.time - began >= 6_000, `${clock.time - began} ms`);
  assert.equal(existsSync(path), false);
});

test("a lock whose holder shows that it lives is waited for, but not for ever", async (t) => {
  const { path, hold } = await lockIn(t);
  await writeFile(path, "alive");
  const clock = quickClock();
  const { sleep } = clock;
  clock.sleep = async (milliseconds, signal) => {
    await utimes(path, clock.time / 1000, clock.time / 1000);
    return sleep(milliseconds, signal);
  };
  await assert.rejects(
    hold(() => Promise.resolve("mine"), clock),
    { code: "LAYOUT_FILE", side: "target", message: /another process has held its lock for 120 seconds/ },
  );
  assert.equal(await readFile(path, "utf8"), "alive");
});

test("whoever was stopped for so long that its lock was taken over learns of it, and leaves the other's alone", async (t) => {
  const { path, hold } = await lockIn(t);
  const isHeld = await hold(async (lock) => {
    await writeFile(path, "of another process");
    return lock.isHeld();
  });
  assert.equal(isHeld, false);
  assert.equal(await readFile(path, "utf8"), "of another process");
});

test("of many that take over one dead lock one at a time has it", async (t) => {
  const { path, hold } = await lockIn(t);
  await writeFile(path, "of a process that is no more");
  let inside = 0;
  const most: number[] = [];
  const begin = Date.now();
  // A hundred times as fast as the clock on the wall.
  const clock: Clock = {
    now: () => begin + (Date.now() - begin) * 100,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.max(1, milliseconds / 100))),
  };
  const work = async (): Promise<void> => {
    inside += 1;
    most.push(inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => hold(work, clock)));
  assert.deepEqual(most, [1, 1, 1, 1, 1]);
});

test("waiting for a lock ends when the run is interrupted", async (t) => {
  const { path } = await lockIn(t);
  await writeFile(path, "held");
  const interrupt = new AbortController();
  interrupt.abort();
  const options = { clock: quickClock(), random: Math.random };
  const waiting = withLock(path, options, { ...ABOUT, signal: interrupt.signal }, () => Promise.resolve());
  await assert.rejects(waiting, { code: "INTERRUPTED" });
});
