import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import type { Clock } from "../../../src/clock.ts";
import { createPutImageLimiter, putImageLimiters, PUTS_PER_SECOND } from "../../../src/ecr/images/put-image-limiter.ts";

const NEVER = new AbortController().signal;

/** A clock that only records how long it should sleep. */
function stillClock(): Clock & { time: number; slept: number[] } {
  const clock = {
    time: 1_000_000,
    slept: [] as number[],
    now: () => clock.time,
    monotonic: () => clock.time,
    async sleep(milliseconds: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.slept.push(milliseconds);
    },
  };
  return clock;
}

test("starts no more puts per second than ECR allows, in the order of the calls", async () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(gaps, async (waits) => {
      const clock = stillClock();
      const pace = createPutImageLimiter(clock);
      const starts: number[] = [];
      for (const wait of waits) {
        clock.time += wait;
        clock.slept.length = 0;
        await pace.turn("app", NEVER);
        starts.push(clock.time + (clock.slept[0] ?? 0));
      }
      assert.deepEqual(
        starts,
        starts.toSorted((a, b) => a - b),
      );
      starts.forEach((start, i) => {
        const next = starts[i + PUTS_PER_SECOND];
        assert.ok(next === undefined || next - start >= 1000, `${PUTS_PER_SECOND + 1} in ${Number(next) - start} ms`);
      });
    }),
  );
});

test("starts a few puts at once, and further ones evenly spaced", async () => {
  const clock = stillClock();
  const pace = createPutImageLimiter(clock);
  for (let i = 0; i < PUTS_PER_SECOND + 3; i += 1) await pace.turn("app", NEVER);
  assert.deepEqual(clock.slept, [1000, 1112, 1224]);
});

test("targets in the same account and Region share a limiter", async () => {
  const paces = putImageLimiters(stillClock());
  const here = { account: "123456789012", region: "us-east-1" };
  assert.equal(paces(here), paces({ ...here }));
  assert.notEqual(paces(here), paces({ ...here, region: "eu-west-1" }));
  assert.notEqual(paces(here), paces({ ...here, account: "210987654321" }));
});

test("an abort ends the wait with INTERRUPTED and names the image", async () => {
  const stop = new AbortController();
  const pace = createPutImageLimiter(stillClock());
  for (let i = 0; i < PUTS_PER_SECOND; i += 1) await pace.turn("app", NEVER);
  stop.abort();
  await assert.rejects(pace.turn("app:1", stop.signal), {
    code: "INTERRUPTED",
    side: "target",
    operation: "write manifest",
    reference: "app:1",
  });
});
