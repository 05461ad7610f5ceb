import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import type { LimitInfo } from "../../src/dockerhub/limit-info.ts";
import { createRemainingPulls } from "../../src/dockerhub/remaining-pulls.ts";

function reading(remaining: number): LimitInfo {
  return { kind: "reading", reading: { limit: 100, remaining, windowSeconds: 3600, source: undefined } };
}

describe("the estimate of the remaining pulls", () => {
  test("is the lowest of the readings of overlapping requests", () => {
    const readings = fc.array(fc.nat(100), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(readings, (numbers) => {
        const remaining = createRemainingPulls();
        const sent = numbers.map(() => remaining.requestSent());
        for (const [i, sentAt] of sent.entries()) remaining.record(reading(numbers[i] ?? 0), sentAt, false);
        assert.equal(remaining.estimate(), Math.min(...numbers));
        assert.equal(remaining.reading()?.remaining, Math.min(...numbers));
        remaining.record(reading(100), remaining.requestSent(), false);
        assert.equal(remaining.estimate(), 100, "a request sent after all of them replaces them");
      }),
    );
  });

  test("is one lower for each counted request without a number, until a later request is answered with one", () => {
    for (const info of [
      { kind: "silent" },
      { kind: "unlimited" },
      { kind: "unread", claim: { limit: 100, windowSeconds: 3600, source: undefined }, isServed: true },
    ] as const) {
      const remaining = createRemainingPulls();
      remaining.record(reading(10), remaining.requestSent(), false);
      const overlapping = remaining.requestSent();
      remaining.record(info, remaining.requestSent(), true);
      remaining.record(info, remaining.requestSent(), false);
      assert.equal(remaining.estimate(), 9, info.kind);
      remaining.record(reading(10), overlapping, false);
      assert.equal(remaining.estimate(), 9, "sent before the response was received");
      remaining.record(reading(10), remaining.requestSent(), false);
      assert.equal(remaining.estimate(), 10);
    }
  });

  test("is not changed by a request that was not counted", () => {
    const remaining = createRemainingPulls();
    remaining.record(reading(10), remaining.requestSent(), false);
    remaining.record({ kind: "not-counted" }, remaining.requestSent(), true);
    assert.equal(remaining.estimate(), 10);
  });

  test("is infinite after a response without a limit, but never after a limit was named or reached", () => {
    for (const limited of [reading(10), { kind: "refused" } as const]) {
      const remaining = createRemainingPulls();
      assert.deepEqual([remaining.estimate(), remaining.windowSize()], [undefined, Infinity]);
      remaining.record({ kind: "unlimited" }, remaining.requestSent(), true);
      assert.deepEqual([remaining.estimate(), remaining.windowSize()], [Infinity, Infinity]);
      remaining.record(limited, remaining.requestSent(), true);
      remaining.record({ kind: "unlimited" }, remaining.requestSent(), true);
      assert.notEqual(remaining.estimate(), Infinity);
      assert.notEqual(remaining.windowSize(), Infinity);
    }
  });

  test("is 0 after a refusal until a later request is served or, after any reading, answered with a number", () => {
    const never = createRemainingPulls();
    const overlapping = never.requestSent();
    never.record({ kind: "refused" }, never.requestSent(), true);
    never.record({ kind: "unlimited" }, overlapping, false);
    never.record({ kind: "silent" }, never.requestSent(), false);
    assert.equal(never.estimate(), 0);
    never.record({ kind: "unlimited" }, never.requestSent(), false);
    assert.equal(never.estimate(), undefined);

    const before = createRemainingPulls();
    before.record(reading(10), before.requestSent(), false);
    before.record({ kind: "refused" }, before.requestSent(), true);
    before.record({ kind: "unlimited" }, before.requestSent(), false);
    assert.equal(before.estimate(), 0);
    before.record(reading(7), before.requestSent(), false);
    assert.equal(before.estimate(), 7);
  });

  test("is unknown when the readings have expired, and the last one stays to be shown", () => {
    const remaining = createRemainingPulls();
    remaining.record(reading(3), remaining.requestSent(), false);
    remaining.record({ kind: "silent" }, remaining.requestSent(), true);
    remaining.expire();
    assert.equal(remaining.estimate(), undefined);
    assert.equal(remaining.reading()?.remaining, 3);
  });
});
