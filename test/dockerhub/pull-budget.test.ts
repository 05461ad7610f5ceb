import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { LimitInfo } from "../../src/dockerhub/limit-info.ts";
import { createPullBudget, type Permits, type PullBudget } from "../../src/dockerhub/pull-budget.ts";

function reading(remaining: number, limit = 100): LimitInfo {
  return { kind: "reading", reading: { limit, remaining, windowSeconds: 3600, source: "203.0.113.7" } };
}

/** A budget that has been told how much is left. */
function told(remaining: number, floor = 0): PullBudget {
  const budget = createPullBudget(floor);
  budget.recordRequest(false)(reading(remaining));
  return budget;
}

describe("a budget", () => {
  test("gives places down to the reserve, all or none", () => {
    const budget = told(10, 4);
    assert.equal(budget.acquire(7), undefined);
    assert.notEqual(budget.acquire(6), undefined);
    assert.equal(budget.acquire(1), undefined);
  });

  test("gets back what an image does not need after its index is read, and what it did not spend", () => {
    const budget = told(10);
    const places = budget.acquire(10);
    places?.keepAtMost(4);
    assert.equal(budget.acquire(7), undefined);
    budget.acquire(6)?.release();
    places?.release();
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("counts what is sent and not yet answered as spent", () => {
    const budget = told(2);
    const places = budget.acquire(2);
    assert.equal(places?.use(), true);
    const answered = budget.recordRequest(true);
    assert.equal(budget.acquire(1), undefined);
    answered(reading(1));
    places.release();
    assert.notEqual(budget.acquire(1), undefined);
  });

  test("takes a place of its own for a repeated request, and has none when nothing is left", () => {
    const budget = told(2);
    const places = budget.acquire(1);
    assert.equal(places?.use(), true);
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(places.use(), false);
    assert.equal(places.useUnreserved(), true, "one is left");
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(places.useUnreserved(), false);
  });

  test("gives the place of a request that was not counted back to whoever sent it", () => {
    const budget = told(2);
    const places = budget.acquire(2);
    assert.equal(places?.use(), true);
    budget.recordRequest(true)({ kind: "not-counted" });
    assert.equal(budget.acquire(1), undefined);
    assert.equal(places.use(), true);
    assert.equal(places.use(), true);
    assert.equal(places.use(), false);
  });

  test("is not misled by an answer that was overtaken", () => {
    const budget = told(10);
    const first = budget.recordRequest(true);
    const second = budget.recordRequest(true);
    second(reading(8));
    first(reading(9));
    assert.equal(budget.acquire(9), undefined);
    assert.notEqual(budget.acquire(7), undefined);
  });

  test("sees what others spend, and what the window gives back", () => {
    const budget = told(10);
    budget.recordRequest(false)(reading(3));
    assert.equal(budget.acquire(4), undefined);
    budget.recordRequest(false)(reading(60));
    assert.notEqual(budget.acquire(60), undefined);
  });

  test("takes a good answer without a limit for no limit, as long as none was named, and an error for nothing", () => {
    const budget = createPullBudget(10);
    budget.recordRequest(false)({ kind: "silent" });
    assert.equal(budget.acquire(2), undefined);
    budget.recordRequest(false)({ kind: "unlimited", source: "account" });
    assert.notEqual(budget.acquire(1_000), undefined);
    assert.deepEqual(budget.reportedLimit(), { kind: "unlimited", source: "account" });
    assert.equal(budget.reading(), undefined);
  });

  test("is not set free by an answer that leaves the headers out, once a limit was read", () => {
    const budget = told(3, 2);
    budget.recordRequest(false)({ kind: "unlimited" });
    assert.equal(budget.acquire(2), undefined);
    assert.equal(budget.reading()?.remaining, 3, "what was said before stays");
    const places = budget.acquire(1);
    assert.equal(places?.use(), true);
    budget.recordRequest(true)({ kind: "unlimited" });
    assert.equal(budget.acquire(1), undefined, "it may have been counted");
    budget.recordRequest(false)(reading(3));
    assert.notEqual(budget.acquire(1), undefined);
  });

  test("goes request by request where a limit is known to be, but never how much is left of it", () => {
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
      const places = budget.acquire(1);
      assert.equal(places?.use(), true);
      const answered = budget.recordRequest(true);
      assert.equal(budget.acquire(1), undefined);
      answered({ kind: "unlimited" });
      assert.notEqual(budget.acquire(1), undefined);
    }
  });

  test("takes nothing from an answer without headers that was asked for before a refusal was heard", () => {
    const budget = createPullBudget(0);
    const early = budget.recordRequest(false);
    budget.recordRequest(false)({ kind: "refused" });
    early({ kind: "unlimited" });
    assert.equal(budget.acquire(1), undefined);
  });

  test("says why it knows no number: nobody told, no limit was named, or a refusal said that it is spent", () => {
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

  test("sends one request while nothing is known", () => {
    const budget = createPullBudget(0);
    assert.equal(budget.acquire(2), undefined);
    assert.notEqual(budget.acquire(1), undefined);
    assert.equal(budget.acquire(1), undefined);
  });

  test("is empty once a request was refused", () => {
    const budget = told(5);
    budget.recordRequest(true)({ kind: "refused" });
    assert.equal(budget.acquire(1), undefined);
  });

  test("spends no place that the last reading forbids, as others have spent meanwhile", () => {
    const budget = told(20, 10);
    const places = budget.acquire(10);
    budget.recordRequest(false)(reading(12));
    let server = 12;
    while (places?.use() === true) {
      const answered = budget.recordRequest(true);
      server -= 1;
      answered(reading(server));
    }
    assert.equal(server, 10);
    assert.equal(places?.isEmpty(), false);
    assert.equal(places?.canUse(), false);
    budget.recordRequest(false)(reading(60));
    assert.equal(places?.canUse(), true);
  });

  test("does not spend what it gave while an answer named no limit, once one does", () => {
    const budget = createPullBudget(5);
    budget.recordRequest(false)({ kind: "unlimited" });
    const places = budget.acquire(100);
    assert.equal(places?.use(), true);
    const answered = budget.recordRequest(true);
    assert.equal(places?.use(), true);
    answered(reading(7));
    budget.recordRequest(true)(reading(6));
    assert.equal(places?.use(), true);
    budget.recordRequest(true)(reading(5));
    assert.equal(places?.use(), false);
  });

  test("knows all that is left when everything sent has been answered, whatever the order of the answers", () => {
    const budget = told(40);
    const answers = Array.from({ length: 30 }, () => budget.recordRequest(true));
    for (const [i, answered] of answers.toReversed().entries()) answered(reading(10 + i));
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("takes a request that failed for counted until a later answer tells", () => {
    const budget = told(10);
    budget.recordRequest(true)({ kind: "silent" });
    assert.equal(budget.acquire(10), undefined);
    budget.recordRequest(false)(reading(10));
    assert.notEqual(budget.acquire(10), undefined);
  });

  test("knows what can never fit", () => {
    const budget = told(50, 20);
    assert.equal(budget.canEverFit(80), true);
    assert.equal(budget.canEverFit(81), false);
  });
});

/** A good answer may come without the headers, with such as cannot be read, or not at all. */
function answerWith(headers: string, answer: LimitInfo): LimitInfo {
  if (headers === "left out") return { kind: "unlimited" };
  if (headers === "unreadable") {
    return { kind: "unread", claim: { limit: undefined, windowSeconds: undefined, source: undefined }, isServed: true };
  }
  return headers === "lost" ? { kind: "silent" } : answer;
}

test("however requests and answers interleave, whatever is repeated and whichever headers are left out, no counted request goes below the reserve", () => {
  const step = fc.record({ image: fc.integer({ min: 1, max: 5 }), choice: fc.nat(), repeat: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(step, { maxLength: 80 }),
      fc.infiniteStream(fc.constantFrom("read", "read", "left out", "unreadable", "lost")),
      (total, floor, steps, headers) => {
        let server = total;
        const budget = told(total, floor);
        const answers: (() => void)[] = [];
        const request = () => {
          const answered = budget.recordRequest(true);
          // The source counts a request when it gets it, which may be long after it was sent and out of order.
          let counted: LimitInfo | undefined;
          answers.push(() => {
            if (counted === undefined) {
              server -= 1;
              assert.ok(server >= floor, `${server} left, ${floor} in reserve`);
              counted = answerWith(headers.next().value, reading(server));
              answers.push(() => answered(counted ?? { kind: "silent" }));
            }
          });
        };
        for (const { image, choice, repeat } of steps) {
          const places = budget.acquire(image);
          for (let i = 0; i < image; i += 1) {
            if (places?.use() === true) request();
            if (repeat && places?.useUnreserved() === true) request();
          }
          places?.release();
          if (answers.length > 0) answers.splice(choice % answers.length, 1)[0]?.();
        }
        while (answers.length > 0) answers.shift()?.();
      },
    ),
  );
});

test("others may spend as they like: nothing is begun that the last reading and what is under way forbid", () => {
  const step = fc.record({ image: fc.integer({ min: 1, max: 5 }), choice: fc.nat(), others: fc.nat(3) });
  const kind = fc.constantFrom("reading", "reading", "reading", "silent", "unlimited", "not-counted");
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(fc.tuple(step, kind), { maxLength: 80 }),
      (total, floor, steps) => {
        let server = total;
        let lastHeard = total;
        let underWay = 0;
        const budget = told(total, floor);
        const answers: ((kind: string) => void)[] = [];
        const request = () => {
          underWay += 1;
          assert.ok(lastHeard - underWay >= floor, `${lastHeard} left, ${underWay} under way, ${floor} in reserve`);
          const answered = budget.recordRequest(true);
          answers.push((as) => {
            underWay -= 1;
            if (as === "not-counted") return answered({ kind: "not-counted" });
            server = Math.max(0, server - 1);
            if (as === "silent" || as === "unlimited") return answered({ kind: as });
            lastHeard = server;
            return answered(reading(server));
          });
        };
        const held: Permits[] = [];
        for (const [{ image, choice, others }, as] of steps) {
          const places = budget.acquire(image);
          if (places !== undefined) held.push(places);
          server = Math.max(0, server - others);
          const spender = held[choice % Math.max(1, held.length)];
          for (let i = 0; i < image; i += 1) if (spender?.use() === true) request();
          if (answers.length > 0) answers.splice(choice % answers.length, 1)[0]?.(as);
        }
      },
    ),
  );
});
