import assert from "node:assert/strict";
import { test } from "node:test";

import { createPause, inSlices } from "../src/slices.ts";
import { atOnce, type Steps } from "../src/steps.ts";

function* counted(until: number): Steps<number> {
  let count = 0;
  for (; count < until; count += 1) yield;
  return count;
}

test("a computation in slices has the result of the computation", async () => {
  assert.equal(atOnce(counted(1000)), 1000);
  assert.equal(await inSlices(counted(1000)), 1000);
});

test("a long computation lets a signal be handled, and stops", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort(new Error("received SIGTERM")));
  await assert.rejects(inSlices(counted(Infinity), controller.signal), /received SIGTERM/);
});

test("a long asynchronous loop lets a signal be handled, and stops", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort(new Error("received SIGTERM")));
  const pause = createPause(controller.signal);
  await assert.rejects(async () => {
    for (;;) await pause();
  }, /received SIGTERM/);
});
