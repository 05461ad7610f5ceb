import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createTally } from "../../../src/cli/progress/tally.ts";
import { createSteadyEstimate, estimateTimeLeft } from "../../../src/cli/progress/time-left.ts";
import type { Action } from "../../../src/plan/action.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Returns what is shown for each estimate, of which there is one every half second. */
function shown(estimates: readonly (number | undefined)[]): (number | undefined)[] {
  let now = 0;
  const steady = createSteadyEstimate(() => now);
  return estimates.map((estimate) => {
    const result = steady(estimate);
    now += SECOND / 2;
    return result;
  });
}

describe("the estimate of the time left", () => {
  test("is shown once it has agreed with itself for five seconds", () => {
    const falling = Array.from({ length: 20 }, (_, i) => 60 * SECOND - (i * SECOND) / 2);
    const result = shown(falling);
    assert.deepEqual(result.slice(0, 10), Array(10).fill(undefined));
    assert.deepEqual(result.slice(10), falling.slice(10));
  });

  test("is not shown while it jumps between minutes and hours", () => {
    const jumping = Array.from({ length: 60 }, (_, i) => (i % 4 === 0 ? 21 * HOUR : 60 * SECOND));
    assert.deepEqual(new Set(shown(jumping)), new Set([undefined]));
  });

  test("disappears when it changes, and comes back when it is steady again", () => {
    const result = shown([...Array<number>(20).fill(HOUR), ...Array<number>(20).fill(60 * SECOND)]);
    assert.equal(result[19], HOUR);
    assert.equal(result[20], undefined);
    assert.equal(result.at(-1), 60 * SECOND);
  });

  test("may differ by seconds near the end", () => {
    const result = shown(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 4) * SECOND));
    assert.ok(result.slice(10).every((estimate) => estimate !== undefined));
  });

  test("needs three finished images, because a slow first one says little", () => {
    const actions = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, kind: "copy-image" }) as Action);
    let now = 0;
    const tally = createTally(actions, () => now);
    const end = (action: Action | undefined) => {
      tally.record({ type: "action.started", action: action?.id ?? "" });
      now += 75 * SECOND;
      tally.record({ type: "action.finished", action: action?.id ?? "", outcome: "done" });
    };
    end(actions[0]);
    end(actions[1]);
    assert.equal(estimateTimeLeft(actions, tally), undefined);
    end(actions[2]);
    assert.equal(estimateTimeLeft(actions, tally), 997 * 75 * SECOND);
  });

  test("is unknown once nothing has finished for three times as long as usual, because it would grow without end", () => {
    const actions = Array.from({ length: 100 }, (_, i) => ({ id: `${i}`, kind: "copy-image" }) as Action);
    let now = 0;
    const tally = createTally(actions, () => now);
    for (const { id } of actions.slice(0, 10)) {
      tally.record({ type: "action.started", action: id });
      now += 4 * SECOND;
      tally.record({ type: "action.finished", action: id, outcome: "done" });
    }
    now += 12 * SECOND - 1;
    assert.notEqual(estimateTimeLeft(actions, tally), undefined);
    now += 1;
    assert.equal(estimateTimeLeft(actions, tally), undefined);
    tally.record({ type: "action.finished", action: "10", outcome: "done" });
    assert.notEqual(estimateTimeLeft(actions, tally), undefined);
  });
});
