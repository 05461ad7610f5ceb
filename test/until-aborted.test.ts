import assert from "node:assert/strict";
import { test } from "node:test";

import { untilAborted } from "../src/until-aborted.ts";

test("waiting ends with what is waited for, or with an abort", async () => {
  const stop = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(1), stop.signal), 1);
  assert.equal(await untilAborted(Promise.resolve(1), undefined), 1);
  await assert.rejects(untilAborted(Promise.reject(new Error("own")), stop.signal), /own/);
  const waiting = untilAborted(new Promise(() => {}), stop.signal, () => new Error("interrupted"));
  stop.abort();
  await assert.rejects(waiting, /interrupted/);
  await assert.rejects(untilAborted(new Promise(() => {}), stop.signal), { name: "AbortError" });
});
