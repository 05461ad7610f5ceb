import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { createAdaptiveRate, WINDOW, type AdaptiveRate } from "../../../src/registry/hosts/adaptive-rate.ts";

const MOST = 9;
const random = () => 0.5;

/** Starts requests as soon as they may. @returns their times */
function startAll(rate: AdaptiveRate, count: number, from: number): number[] {
  let now = from;
  return Array.from({ length: count }, () => {
    const start = Math.max(now, rate.nextStart(now));
    const hasWaited = start > now;
    now = start;
    return rate.start(now, hasWaited).at;
  });
}

describe("without a refusal", () => {
  test("half a request more per window is one in every second window", () => {
    const starts = startAll(createAdaptiveRate({ most: MOST + 0.5, random }), 20 * MOST, 0);
    const [first = 0, last = 0] = [starts[MOST], starts.at(-1)];
    const perWindow = (starts.length - MOST - 1) / ((last - first) / WINDOW);
    assert.ok(Math.abs(perWindow - MOST - 0.5) < 0.01, String(perWindow));
    starts.forEach((start, i) => assert.ok((starts[i + MOST + 1] ?? Infinity) - start >= 1000, `at ${start} ms`));
  });

  test("no more requests start within a window than the most allowed, in the order of the calls", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const rate = createAdaptiveRate({ most: MOST, random });
        let now = 0;
        const starts = waits.map((wait) => {
          const start = Math.max(now + wait, rate.nextStart(now + wait));
          const hasWaited = start > now + wait;
          now = start;
          return rate.start(now, hasWaited).at;
        });
        starts.forEach((start, i) => {
          const next = starts[i + MOST];
          assert.ok(next === undefined || next - start >= 1000, `${MOST + 1} in ${Number(next) - start} ms`);
        });
      }),
    );
  });

  test("a few requests start at once, and further ones evenly spaced", () => {
    const starts = startAll(createAdaptiveRate({ most: MOST, random }), MOST + 3, 0);
    assert.deepEqual(
      starts.slice(0, MOST),
      Array.from({ length: MOST }, () => 0),
    );
    const spacing = WINDOW / MOST;
    assert.deepEqual(
      starts.slice(MOST).map((start) => Math.round(start)),
      [WINDOW, WINDOW + spacing, WINDOW + 2 * spacing].map(Math.round),
    );
  });

  test("requests without a fixed limit never wait", () => {
    const rate = createAdaptiveRate({ random });
    assert.deepEqual(new Set(startAll(rate, 5_000, 7)), new Set([7]));
  });
});

describe("after a refusal", () => {
  test("as many requests start within a window as the server accepted in the last one", () => {
    const rate = createAdaptiveRate({ random });
    const first = Array.from({ length: 30 }, () => rate.start(0, false));
    first.slice(20).forEach((start) => rate.refuse(start, 5));
    const starts = startAll(rate, 40, 10);
    assert.deepEqual(
      [starts[0], starts[19], starts[20]].map((start) => Math.floor(Number(start) / WINDOW)),
      [1, 1, 2],
    );
  });

  test("requests to a server that accepts none become slower, but never stop", () => {
    const rate = createAdaptiveRate({ most: MOST, random });
    let now = 0;
    const starts = Array.from({ length: 12 }, () => {
      now = Math.max(now, rate.nextStart(now));
      const start = rate.start(now, true);
      rate.refuse(start, now + 10);
      return start.at;
    });
    const gaps = starts.slice(1).map((start, i) => start - Number(starts[i]));
    assert.ok(
      gaps.every((gap) => gap > 0 && gap <= 5_000),
      String(gaps),
    );
  });

  test("the next requests wait as long as the response asks", () => {
    const rate = createAdaptiveRate({ most: MOST, random });
    rate.start(0, false);
    rate.refuse(rate.start(0, false), 100, 7_000);
    assert.equal(rate.nextStart(200), 7_100);
  });

  test("the limit rises again to the most allowed", () => {
    const rate = createAdaptiveRate({ most: MOST, random });
    rate.start(0, false);
    rate.refuse(rate.start(0, false), 5);
    const starts = startAll(rate, 150, 10);
    const perSecond = (second: number) => starts.filter((start) => Math.floor(start / WINDOW) === second).length;
    assert.equal(perSecond(1), 1);
    assert.equal(perSecond(12), MOST);
  });

  test("a limit without a most allowed is given up again", () => {
    const rate = createAdaptiveRate({ random });
    const [first] = Array.from({ length: 20 }, () => rate.start(0, false));
    assert.ok(first !== undefined);
    rate.refuse(first, 5);
    assert.ok(rate.nextStart(10) > 10);
    assert.ok(rate.nextStart(60_000) <= 60_000);
    assert.equal(new Set(startAll(rate, 2_000, 60_000)).size, 1);
  });
});
