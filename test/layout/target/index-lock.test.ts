import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { Clock } from "../../../src/clock.ts";
import { withLock, type LayoutLock } from "../../../src/layout/target/index-lock.ts";
import { quickClock } from "../../registry/server.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { NEVER, temporaryFolder } from "../support/layouts.ts";

const ABOUT = {
  work: { side: "target", operation: "update index of", reference: "./mirror/redis" } as const,
  signal: NEVER,
};

async function lockIn(t: TestContext) {
  const path = join(await temporaryFolder(t), "lock");
  const hold = <T>(work: (lock: LayoutLock) => Promise<T>, clock: Clock = quickClock()) =>
    withLock(path, { clock, random: Math.random }, ABOUT, work);
  return { path, hold };
}

test("the lock file exists while the lock is held, and is deleted afterwards, even after a failure", async (t) => {
  const { path, hold } = await lockIn(t);
  assert.equal(await hold(async ({ isHeld }) => existsSync(path) && (await isHeld())), true);
  await assert.rejects(
    hold(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(existsSync(path), false);
});

test("takes over the lock of a killed process after a few seconds", async (t) => {
  const { path, hold } = await lockIn(t);
  await writeFile(path, "of a killed process");
  const clock = quickClock();
  const began = clock.time;
  assert.equal(await hold(({ isHeld }) => isHeld(), clock), true);
  assert.ok(clock.time - began >= 6_000, `${clock.time - began} ms`);
  assert.equal(existsSync(path), false);
});

test("waits for a lock that its holder updates, up to the timeout", async (t) => {
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
    { code: "LAYOUT_FILE", side: "target", message: /another process has held the lock for 120 seconds/ },
  );
  assert.equal(await readFile(path, "utf8"), "alive");
});

test("a holder whose lock was taken over detects that, and leaves the new lock unchanged", async (t) => {
  const { path, hold } = await lockIn(t);
  const isHeld = await hold(async (lock) => {
    await writeFile(path, "of another process");
    return lock.isHeld();
  });
  assert.equal(isHeld, false);
  assert.equal(await readFile(path, "utf8"), "of another process");
});

test("only one of several processes takes over an abandoned lock at a time", async (t) => {
  const { path, hold } = await lockIn(t);
  await writeFile(path, "of a killed process");
  let inside = 0;
  const most: number[] = [];
  const clock = movedClock();
  const work = async (): Promise<void> => {
    inside += 1;
    most.push(inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  const runs = Array.from({ length: 5 }, () => hold(work, clock));
  const running = new Set(runs);
  for (const run of runs) void run.finally(() => running.delete(run));
  // Time passes only while each run sleeps, however long its file operations take.
  while (running.size > 0) {
    if (clock.sleepers() === running.size) clock.step();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(runs);
  assert.deepEqual(most, [1, 1, 1, 1, 1]);
});

test("interrupting the run ends the wait for a lock", async (t) => {
  const { path } = await lockIn(t);
  await writeFile(path, "held");
  const interrupt = new AbortController();
  interrupt.abort();
  const options = { clock: quickClock(), random: Math.random };
  const waiting = withLock(path, options, { ...ABOUT, signal: interrupt.signal }, () => Promise.resolve());
  await assert.rejects(waiting, { code: "INTERRUPTED" });
});

/** If these fail, a layout from elsewhere fills the memory of a run, or stops it for minutes. */
describe("a lock file that is not mirrorform's", { skip: process.platform === "win32" }, () => {
  for (const [what, put] of [
    ["a link to a device", (path: string) => symlink("/dev/zero", path)],
    ["a link to nothing", (path: string) => symlink("nothing", path)],
    ["a pipe", async (path: string) => void execFileSync("mkfifo", [path])],
    ["a folder", (path: string) => mkdir(path)],
  ] as const) {
    test(`is refused at once if it is ${what}, and stays`, async (t) => {
      const { path, hold } = await lockIn(t);
      await put(path);
      const clock = quickClock();
      const began = clock.time;
      await assert.rejects(
        hold(() => Promise.resolve("mine"), clock),
        { code: "LAYOUT_FILE", message: "lock is not a regular file", hint: /^delete lock in that folder/ },
      );
      assert.equal(clock.time, began, "without waiting");
      assert.ok(!(await lstat(path)).isFile());
    });
  }

  test("is taken over if nobody updates it, and only its first kilobyte could be read", async (t) => {
    const { path, hold } = await lockIn(t);
    await writeFile(path, "");
    // More than Node can read into one buffer.
    await truncate(path, 2 ** 43);
    assert.equal(await hold(({ isHeld }) => isHeld()), true);
    assert.equal(existsSync(path), false);
  });
});
