import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { PUTS_PER_SECOND } from "../../../src/ecr/aws/rate-limits.ts";
import { createRateLimiter, type RateLimiter } from "../../../src/registry/hosts/rate-limiter.ts";
import { retryDelay } from "../../../src/registry/retry/retry.ts";
import { MAX_THROTTLED_ATTEMPTS } from "../../../src/registry/limits.ts";
import { slidingThrottle } from "../../../src/sandbox/ecr/ecr-limits.ts";
import { movedClock, type MovedClock } from "../../support/moved-clock.ts";

const NEVER = new AbortController().signal;

/** What a server accepts, and what clients put. */
interface Load {
  /** Requests that the server accepts in any second. */
  limit: number;
  clients: number;
  putsOfEach: number;
  /** Milliseconds after which each further client starts. */
  apart?: number;
  /** Puts that others make just before the start. */
  intruders?: number;
  seed: number;
}

interface Result {
  refusedPart: number;
  failed: number;
  /** Duration, divided by that of the same puts at exactly the server's limit. */
  timesIdeal: number;
}

/** How many images a run copies at a time. */
const AT_A_TIME = 8;

/** Lets clients put against a server that counts in a sliding second, on a moved clock. */
async function putAll({ limit, clients, putsOfEach, apart = 0, intruders = 0, seed }: Load): Promise<Result> {
  const clock = movedClock();
  const random = pseudoRandom(seed);
  const throttle = slidingThrottle(() => new Date(clock.now()));
  let sent = 0;
  let refused = 0;
  let failed = 0;

  async function put(limiter: RateLimiter): Promise<void> {
    for (let made = 1; made <= MAX_THROTTLED_ATTEMPTS; made += 1) {
      const turn = await limiter.turn(NEVER);
      await clock.sleep(2 + random() * 12);
      const isAccepted = throttle.take(limit);
      await clock.sleep(1 + random() * 5);
      sent += 1;
      if (isAccepted) return;
      refused += 1;
      turn.refused();
      await clock.sleep(retryDelay(made, undefined, random));
    }
    failed += 1;
  }

  async function client(index: number): Promise<void> {
    await clock.sleep(index * apart);
    const limiter = createRateLimiter({ clock, random, most: PUTS_PER_SECOND });
    let left = putsOfEach;
    const copyImages = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await clock.sleep(random() * 100);
        await put(limiter);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, copyImages));
  }

  for (let i = 0; i < intruders; i += 1) throttle.take(limit);
  const began = clock.monotonic();
  await passTime(clock, Promise.all(Array.from({ length: clients }, (_, index) => client(index))));
  const ideal = (clients * putsOfEach * 1_000) / limit;
  return { refusedPart: refused / sent, failed, timesIdeal: (clock.monotonic() - began) / ideal };
}

/** Moves the clock until the work is done. Everything in it waits for the clock. */
async function passTime(clock: MovedClock, work: Promise<unknown>): Promise<void> {
  const running = new Set([work]);
  void work.finally(() => running.delete(work));
  while (running.size > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.step();
  }
  await work;
}

/** The generator "mulberry32". */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("clients that share a limit of 10 requests in any second", () => {
  test("one alone is never refused, and uses almost the whole limit", async () => {
    const result = await putAll({ limit: 10, clients: 1, putsOfEach: 300, seed: 1 });
    assert.equal(result.refusedPart, 0);
    assert.ok(result.timesIdeal < 1.1, `${result.timesIdeal} times the ideal`);
  });

  for (const [name, load] of [
    ["two that start together", { clients: 2, putsOfEach: 300 }],
    ["two that start one after the other", { clients: 2, putsOfEach: 300, apart: 400 }],
  ] as const) {
    test(`${name} are hardly refused, and use almost the whole limit`, async () => {
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const result = await putAll({ limit: 10, ...load, seed });
        assert.equal(result.failed, 0);
        assert.ok(result.refusedPart < 0.05, `${result.refusedPart * 100} % refused with seed ${seed}`);
        assert.ok(result.timesIdeal < 1.15, `${result.timesIdeal} times the ideal with seed ${seed}`);
      }
    });
  }

  test("ten at once lose no request", async () => {
    const result = await putAll({ limit: 10, clients: 10, putsOfEach: 30, seed: 1 });
    assert.equal(result.failed, 0);
    assert.ok(result.timesIdeal < 1.5, `${result.timesIdeal} times the ideal`);
  });

  for (const intruders of [5, 10]) {
    test(`one is refused a few times after ${intruders} requests of another client`, async () => {
      const result = await putAll({ limit: 10, clients: 1, putsOfEach: 200, intruders, seed: 1 });
      assert.equal(result.failed, 0);
      assert.ok(result.refusedPart * 200 <= 12, `${result.refusedPart * 200} refused`);
      assert.ok(result.timesIdeal < 1.4, `${result.timesIdeal} times the ideal`);
    });
  }
});

test("setting the system's time back delays no turn", async () => {
  const clock = movedClock();
  const limiter = createRateLimiter({ clock, random: () => 0.5, most: 9 });
  for (let i = 0; i < 9; i += 1) await limiter.turn(NEVER);
  clock.setBack(50_000);
  const began = clock.monotonic();
  await passTime(clock, limiter.turn(NEVER));
  assert.ok(clock.monotonic() - began < 1_100, `${clock.monotonic() - began} ms`);
});

test("an abort ends the wait with its reason, and the next request keeps its turn", async () => {
  const clock = movedClock();
  const limiter = createRateLimiter({ clock, random: () => 0.5, most: 1 });
  await limiter.turn(NEVER);
  const stop = new AbortController();
  const stopped = assert.rejects(limiter.turn(stop.signal), /stopped/);
  const next = limiter.turn(NEVER);
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error("stopped"));
  await stopped;
  await passTime(clock, next);
});
