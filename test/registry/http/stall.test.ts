import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { watchForStall } from "../../../src/registry/http/stall.ts";

/** Replaces `setTimeout` by timers that `pass` moves. Node's mock timers lack `refresh`. */
function movedTimers(t: TestContext): { pass: (milliseconds: number) => void } {
  let now = 0;
  let end = Number.POSITIVE_INFINITY;
  let call = (): void => {};
  t.mock.method(globalThis, "setTimeout", (callback: () => void, milliseconds: number) => {
    const refresh = (): void => void (end = now + milliseconds);
    call = callback;
    refresh();
    return { refresh };
  });
  t.mock.method(globalThis, "clearTimeout", () => void (end = Number.POSITIVE_INFINITY));
  return {
    pass(milliseconds) {
      now += milliseconds;
      if (now < end) return;
      end = Number.POSITIVE_INFINITY;
      call();
    },
  };
}

test("a slow transfer with progress does not time out, and one without does", (t) => {
  const time = movedTimers(t);
  const stall = watchForStall(250, undefined, () => new Error("no progress"));
  for (let step = 0; step < 5; step += 1) {
    time.pass(200);
    stall.progress();
  }
  assert.equal(stall.signal.aborted, false);
  time.pass(250);
  assert.match(String(stall.signal.reason), /no progress/);
});

test("a transfer that has ended does not time out", (t) => {
  const time = movedTimers(t);
  const stall = watchForStall(250, undefined, () => new Error("no progress"));
  stall.stop();
  time.pass(1_000);
  assert.equal(stall.signal.aborted, false);
});
