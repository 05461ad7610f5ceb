import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createWaitBudget } from "../../../src/apply/pulls/wait-budget.ts";

const { signal } = new AbortController();

describe("the time that a run may wait", () => {
  test("is one for everything that waits, before the plan and for each source", async () => {
    const slept: number[] = [];
    const waits = createWaitBudget(150, { sleep: async (milliseconds) => void slept.push(milliseconds) });
    assert.equal(await waits.wait(60, signal), 60);
    assert.equal(await waits.wait(60, signal), 60);
    assert.equal(waits.remaining(), 30);
    assert.equal(await waits.wait(60, signal), 30);
    assert.equal(waits.remaining(), 0);
    assert.deepEqual(slept, [60, 60, 30]);
  });

  test("passes once for what waits at the same time", async () => {
    const slept: number[] = [];
    const waits = createWaitBudget(100, { sleep: async (milliseconds) => void slept.push(milliseconds) });
    assert.deepEqual(await Promise.all([waits.wait(60, signal), waits.wait(60, signal)]), [60, 60]);
    assert.equal(waits.remaining(), 40);
    assert.deepEqual(slept, [60]);
  });

  test("does not pass during a wait that is interrupted", async () => {
    const reason = new Error("interrupted");
    const waits = createWaitBudget(100, { sleep: () => Promise.reject(reason) });
    await assert.rejects(waits.wait(60, signal), reason);
    assert.equal(waits.remaining(), 100);
  });
});
