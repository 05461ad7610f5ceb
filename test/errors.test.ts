import assert from "node:assert/strict";
import { test } from "node:test";
import { MirrorError, reportOf } from "../src/errors.ts";

test("an error copied with changes keeps the rest, its cause too", () => {
  const cause = new Error("the socket was closed");
  const error = new MirrorError("busy", {
    code: "SERVER_ERROR",
    side: "target",
    operation: "upload blob",
    reference: "r.example/app",
    retryable: true,
    retryAfterMilliseconds: 5,
    hint: "wait",
    cause,
  });
  const { code, side, operation, reference, retryAfterMilliseconds, hint, message } = error;
  const expected = { code, side, operation, reference, retryAfterMilliseconds, hint, message };
  const copy = error.with({ retryable: false });
  assert.deepEqual({ ...copy, message: copy.message }, { name: "MirrorError", ...expected, retryable: false });
  assert.equal(copy.cause, cause);
  assert.equal(error.retryable, true);
});

test("a report says nothing of how long to wait, nor of the cause", () => {
  const error = new MirrorError("busy", {
    code: "SERVER_ERROR",
    side: "target",
    operation: "upload blob",
    retryAfterMilliseconds: 5,
    cause: new Error("authorization: Basic abc"),
  });
  assert.deepEqual(Object.keys(reportOf(error)).toSorted(), ["code", "hint", "message", "operation", "side"]);
});
