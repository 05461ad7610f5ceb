import assert from "node:assert/strict";
import { test } from "node:test";

import { onlyReads, overdue } from "../../../src/cli/process/overdue.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { turn } from "../../support/until.ts";

test("commands that change nothing may be left behind after a signal", () => {
  for (const command of ["plan", "validate", "iam", "uris", "quota"]) assert.ok(onlyReads(command, [command]), command);
  assert.ok(onlyReads("lock", ["lock", "--check"]));
  for (const command of ["apply", "lock", "init", "sandbox", "demo"])
    assert.ok(!onlyReads(command, [command]), command);
});

test("a run is overdue less than two seconds after the signal, and never without one", async () => {
  const clock = movedClock();
  const stop = new AbortController();
  let isOverdue = false;
  const late = overdue({ signal: stop.signal, clock }).then(() => (isOverdue = true));
  await turn();
  assert.equal(clock.step(), false);
  stop.abort();
  const began = clock.monotonic();
  assert.ok(!isOverdue && clock.step());
  await late;
  assert.ok(clock.monotonic() - began < 2000);
});
