import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { LimitInfo } from "../../src/dockerhub/limit-info.ts";
import { createPullBudget, type Permits, type PullBudget } from "../../src/dockerhub/pull-budget.ts";

function reading(remaining: number, limit = 100): LimitInfo {
  return { kind: "reading", reading: { limit, remaining, windowSeconds: 3600, source: "203.0.113.7" } };
}

/** A budget with a first reading. */
function budgetOf(remaining: number, reserve = 0): PullBudget {
  const budget = createPullBudget(reserve);
  budget.recordRequest(false)(reading(remaining));
  return budget;
}

describe("a pull budget", () => {
  test("grants permits down to the reserve, all or none", () => {
    const budget = budgetOf(10, 4);
    assert.equal(budget.acquire(7), undefined);
    assert.notEqual(budget.acquire(6), undefined);
    assert.equal(budget.acquire(1), undefined);
  });

  test("gets back the permits that an image does not need, and those that it did not use", () => {
    const budget = budgetOf(10);
    const permits = budget.acquire(10);
    permits?.keepAtMost(4);
    assert.equal(budget.acquire(7), undefined);
    budget.acquire(6)?.release();
    permits?.release();
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("counts a pending request as a pull", () => {
    const budget = budgetOf(2);
    const permits = budget.acquire(2);
    assert.equal(permits?.use(), true);
    const respond = budget.recordRequest(true);
    assert.equal(budget.acquire(1), undefined);
    respond(reading(1));
    permits.release();
    assert.notEqual(budget.acquire(1), undefined);
  });

  test("uses a pull without a permit for a retry, as long as there is one", () => {
    const budget = budgetOf(2);
    const permits = budget.acquire(1);
    assert.equal(permits?.use(), true);
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(permits.use(), false);
    assert.equal(permits.useUnreserved(), true, "one remains");
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(permits.useUnreserved(), false);
  });

  test("returns the permit of a request that was not counted to its owner", () => {
    const budget = budgetOf(2);
    const permits = budget.acquire(2);
    assert.equal(permits?.use(), true);
    budget.recordRequest(true)({ kind: "not-counted" });
    assert.equal(budget.acquire(1), undefined);
    assert.equal(permits.use(), true);
    assert.equal(permits.use(), true);
    assert.equal(permits.use(), false);
  });

  test("takes the lowest number of overlapping responses", () => {
    const budget = budgetOf(10);
    const first = budget.recordRequest(true);
    const second = budget.recordRequest(true);
    second(reading(8));
    first(reading(9));
    assert.equal(budget.acquire(9), undefined);
    assert.notEqual(budget.acquire(7), undefined);
  });

  test("follows the readings when other clients spend pulls, and when the window moves on", () => {
    const budget = budgetOf(10);
    budget.recordRequest(false)(reading(3));
    assert.equal(budget.acquire(4), undefined);
    budget.recordRequest(false)(reading(60));
    assert.notEqual(budget.acquire(60), undefined);
  });

  test("has no limit after a successful response without one, but not after an error", () => {
    const budget = createPullBudget(10);
    budget.recordRequest(false)({ kind: "silent" });
    assert.equal(budget.acquire(2), undefined);
    budget.recordRequest(false)({ kind: "unlimited", source: "account" });
    assert.notEqual(budget.acquire(1_000), undefined);
    assert.deepEqual(budget.reportedLimit(), { kind: "unlimited", source: "account" });
    assert.equal(budget.reading(), undefined);
  });

  test("keeps its limit when a response omits the headers, once a limit was read", () => {
    const budget = budgetOf(3, 2);
    budget.recordRequest(false)({ kind: "unlimited" });
    assert.equal(budget.acquire(2), undefined);
    assert.equal(budget.reading()?.remaining, 3, "the last reading stays");
    const permits = budget.acquire(1);
    assert.equal(permits?.use(), true);
    budget.recordRequest(true)({ kind: "unlimited" });
    assert.equal(budget.acquire(1), undefined, "it may have been counted");
    budget.recordRequest(false)(reading(3));
    assert.notEqual(budget.acquire(1), undefined);
  });

  test("grants one permit at a time where there is a limit, but the remaining pulls are never reported", () => {
    for (const named of [
      { kind: "unread", claim: { limit: 100, windowSeconds: 3600, source: undefined }, isServed: true },
      { kind: "refused" },
    ] as const) {
      const budget = createPullBudget(0);
      budget.recordRequest(false)({ kind: "unlimited" });
      budget.recordRequest(false)(named);
      budget.recordRequest(false)({ kind: "unlimited" });
      assert.equal(budget.acquire(2), undefined);
      assert.deepEqual([budget.canEverFit(2), budget.canEverFit(1)], [false, true]);
      const permits = budget.acquire(1);
      assert.equal(permits?.use(), true);
      const respond = budget.recordRequest(true);
      assert.equal(budget.acquire(1), undefined);
      respond({ kind: "unlimited" });
      assert.notEqual(budget.acquire(1), undefined);
    }
  });

  test("does not end a refusal with the response to a request sent before it", () => {
    const budget = createPullBudget(0);
    const earlier = budget.recordRequest(false);
    budget.recordRequest(false)({ kind: "refused" });
    earlier({ kind: "unlimited" });
    assert.equal(budget.acquire(1), undefined);
  });

  test("says why there is no reading: no response, no limit named, or the limit reached", () => {
    const budget = createPullBudget(0);
    assert.equal(budget.noReading(), "not-told");
    budget.recordRequest(false)({ kind: "silent" });
    budget.recordRequest(true)({ kind: "not-counted" });
    assert.equal(budget.noReading(), "not-told");
    budget.recordRequest(false)({ kind: "unlimited" });
    assert.equal(budget.noReading(), "no-limit-named");
    budget.recordRequest(false)({ kind: "refused" });
    assert.equal(budget.noReading(), "spent");
  });

  test("grants one permit while nothing is known", () => {
    const budget = createPullBudget(0);
    assert.equal(budget.acquire(2), undefined);
    assert.notEqual(budget.acquire(1), undefined);
    assert.equal(budget.acquire(1), undefined);
  });

  test("grants nothing after a refusal", () => {
    const budget = budgetOf(5);
    budget.recordRequest(true)({ kind: "refused" });
    assert.equal(budget.acquire(1), undefined);
  });

  test("does not let a permit be used that the last reading does not cover", () => {
    const budget = budgetOf(20, 10);
    const permits = budget.acquire(10);
    budget.recordRequest(false)(reading(12));
    let server = 12;
    while (permits?.use() === true) {
      const respond = budget.recordRequest(true);
      server -= 1;
      respond(reading(server));
    }
    assert.equal(server, 10);
    assert.equal(permits?.isEmpty(), false);
    assert.equal(permits?.canUse(), false);
    budget.recordRequest(false)(reading(60));
    assert.equal(permits?.canUse(), true);
  });

  test("does not let permits be used that were granted without a limit, once there is one", () => {
    const budget = createPullBudget(5);
    budget.recordRequest(false)({ kind: "unlimited" });
    const permits = budget.acquire(100);
    assert.equal(permits?.use(), true);
    const respond = budget.recordRequest(true);
    assert.equal(permits?.use(), true);
    respond(reading(7));
    budget.recordRequest(true)(reading(6));
    assert.equal(permits?.use(), true);
    budget.recordRequest(true)(reading(5));
    assert.equal(permits?.use(), false);
  });

  test("knows the remaining pulls when every request has a response, in whatever order", () => {
    const budget = budgetOf(40);
    const responses = Array.from({ length: 30 }, () => budget.recordRequest(true));
    for (const [i, respond] of responses.toReversed().entries()) respond(reading(10 + i));
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("counts a failed request as a pull until a later reading", () => {
    const budget = budgetOf(10);
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(budget.acquire(10), undefined);
    budget.recordRequest(false)(reading(10));
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("knows how many permits can ever fit", () => {
    const budget = budgetOf(50, 20);
    assert.equal(budget.canEverFit(80), true);
    assert.equal(budget.canEverFit(81), false);
  });
});

/** A successful response may have no headers, or unreadable ones, or get lost. */
function answerWith(headers: string, answer: LimitInfo): LimitInfo {
  if (headers === "omitted") return { kind: "unlimited" };
  if (headers === "unreadable") {
    return { kind: "unread", claim: { limit: undefined, windowSeconds: undefined, source: undefined }, isServed: true };
  }
  return headers === "lost" ? { kind: "silent" } : answer;
}

test("no counted request takes the remaining pulls below the reserve, however requests, responses and retries interleave", () => {
  const step = fc.record({ image: fc.integer({ min: 1, max: 5 }), choice: fc.nat(), repeat: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(step, { maxLength: 80 }),
      fc.infiniteStream(fc.constantFrom("read", "read", "omitted", "unreadable", "lost")),
      (total, reserve, steps, headers) => {
        let server = total;
        const budget = budgetOf(total, reserve);
        const responses: (() => void)[] = [];
        const request = () => {
          const respond = budget.recordRequest(true);
          // The source counts a request when it receives it, which may be long after it was sent, and out of order.
          let counted: LimitInfo | undefined;
          responses.push(() => {
            if (counted === undefined) {
              server -= 1;
              assert.ok(server >= reserve, `${server} remaining, ${reserve} in reserve`);
              counted = answerWith(headers.next().value, reading(server));
              responses.push(() => respond(counted ?? { kind: "silent" }));
            }
          });
        };
        for (const { image, choice, repeat } of steps) {
          const permits = budget.acquire(image);
          for (let i = 0; i < image; i += 1) {
            if (permits?.use() === true) request();
            if (repeat && permits?.useUnreserved() === true) request();
          }
          permits?.release();
          if (responses.length > 0) responses.splice(choice % responses.length, 1)[0]?.();
        }
        while (responses.length > 0) responses.shift()?.();
      },
    ),
  );
});

test("no request is sent that the last reading and the pending requests do not cover, whatever other clients spend", () => {
  const step = fc.record({ image: fc.integer({ min: 1, max: 5 }), choice: fc.nat(), others: fc.nat(3) });
  const kind = fc.constantFrom("reading", "reading", "reading", "silent", "unlimited", "not-counted");
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(fc.tuple(step, kind), { maxLength: 80 }),
      (total, reserve, steps) => {
        let server = total;
        let lastReading = total;
        let pending = 0;
        const budget = budgetOf(total, reserve);
        const responses: ((kind: string) => void)[] = [];
        const request = () => {
          pending += 1;
          assert.ok(
            lastReading - pending >= reserve,
            `${lastReading} remaining, ${pending} pending, ${reserve} in reserve`,
          );
          const respond = budget.recordRequest(true);
          responses.push((as) => {
            pending -= 1;
            if (as === "not-counted") return respond({ kind: "not-counted" });
            server = Math.max(0, server - 1);
            if (as === "silent" || as === "unlimited") return respond({ kind: as });
            lastReading = server;
            return respond(reading(server));
          });
        };
        const granted: Permits[] = [];
        for (const [{ image, choice, others }, as] of steps) {
          const permits = budget.acquire(image);
          if (permits !== undefined) granted.push(permits);
          server = Math.max(0, server - others);
          const spender = granted[choice % Math.max(1, granted.length)];
          for (let i = 0; i < image; i += 1) if (spender?.use() === true) request();
          if (responses.length > 0) responses.splice(choice % responses.length, 1)[0]?.(as);
        }
      },
    ),
  );
});

test("permits are granted all or none, and never more than the last reading covers", () => {
  const step = fc.record({
    pulls: fc.nat(6),
    choice: fc.nat(),
    kind: fc.constantFrom("acquire", "use", "keep", "release"),
  });
  fc.assert(
    fc.property(fc.nat(30), fc.nat(10), fc.array(step, { maxLength: 60 }), (remaining, reserve, steps) => {
      const budget = budgetOf(remaining, reserve);
      const granted: { permits: Permits; count: number }[] = [];
      let used = 0;
      const covered = () => remaining - reserve - used - granted.reduce((sum, { count }) => sum + count, 0);
      for (const { pulls, choice, kind } of steps) {
        const owner = granted[choice % Math.max(1, granted.length)];
        if (kind === "acquire") {
          const permits = budget.acquire(pulls);
          assert.equal(permits !== undefined, pulls <= covered());
          if (permits !== undefined) granted.push({ permits, count: pulls });
        } else if (owner !== undefined && kind === "use") {
          assert.equal(owner.permits.use(), owner.count > 0);
          if (owner.count > 0) {
            budget.recordRequest(true);
            owner.count -= 1;
            used += 1;
          }
        } else if (owner !== undefined) {
          if (kind === "keep") owner.permits.keepAtMost(pulls);
          else owner.permits.release();
          owner.count = kind === "keep" ? Math.min(owner.count, pulls) : 0;
        }
        for (const { permits, count } of granted) assert.equal(permits.isEmpty(), count === 0);
        assert.equal(budget.isIdle(), used === 0 && granted.every(({ count }) => count === 0));
      }
    }),
  );
});

test("a permit whose request was not counted does not return to an owner that has released its permits", () => {
  const budget = budgetOf(2);
  const permits = budget.acquire(2);
  assert.equal(permits?.use(), true);
  const respond = budget.recordRequest(true);
  permits.release();
  respond({ kind: "not-counted" });
  assert.equal(permits.isEmpty(), true);
  assert.notEqual(budget.acquire(2), undefined);
});

test("every response, and every return of permits, wakes the waiters", async () => {
  const budget = budgetOf(10);
  const wakes = async (change: () => void): Promise<boolean> => {
    let isAwake = false;
    void budget.changed().then(() => (isAwake = true));
    change();
    await new Promise((resolve) => setImmediate(resolve));
    return isAwake;
  };
  const permits = budget.acquire(5);
  assert.equal(await wakes(() => void permits?.use()), false);
  for (const info of [reading(9), { kind: "silent" }, { kind: "not-counted" }, { kind: "refused" }] as const) {
    const respond = budget.recordRequest(true);
    assert.ok(await wakes(() => respond(info)), info.kind);
  }
  assert.ok(await wakes(() => permits?.keepAtMost(2)));
  assert.ok(await wakes(() => permits?.release()));
  assert.equal(await wakes(() => permits?.release()), false, "nothing was returned");
});
