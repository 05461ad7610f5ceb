import assert from "node:assert/strict";
import { test } from "node:test";
import { USUAL_HINTS } from "../src/error-hints.ts";
import { MirrorError, reportOf, shortReport } from "../src/errors.ts";

test("a copy of an error keeps its other fields and its cause", () => {
  const cause = new Error("the socket was closed");
  const error = new MirrorError("busy", {
    code: "SERVER_ERROR",
    side: "target",
    operation: "upload blob",
    reference: "r.example/app",
    retryable: true,
    retryAfterMilliseconds: 5,
    isWebPage: true,
    hint: "wait",
    cause,
  });
  const { code, side, operation, reference, retryAfterMilliseconds, isWebPage, hint, message } = error;
  const expected = { code, side, operation, reference, retryAfterMilliseconds, isWebPage, hint, message };
  const copy = error.with({ retryable: false });
  assert.deepEqual({ ...copy, message: copy.message }, { name: "MirrorError", ...expected, retryable: false });
  assert.equal(copy.cause, cause);
  assert.equal(error.retryable, true);
});

test("a report contains neither the delay nor the cause", () => {
  const error = new MirrorError("busy", {
    code: "SERVER_ERROR",
    side: "target",
    operation: "upload blob",
    retryAfterMilliseconds: 5,
    cause: new Error("authorization: Basic abc"),
  });
  assert.deepEqual(Object.keys(reportOf(error)).toSorted(), ["code", "hint", "message", "operation", "side"]);
});

test("each usual hint starts in lower case or with a proper noun or code, and has no final period", () => {
  const isStart = /^(?:[a-z`]|AWS\b|Docker\b|ECR\b)/;
  const wrong = Object.values(USUAL_HINTS).filter((hint) => !isStart.test(hint) || hint.endsWith("."));
  assert.deepEqual(wrong, []);
});

/** If these fail, a registry fills a log, a comment or a report with one answer. */
test("no text of an error or its report is longer than its limit, whatever it is made of", () => {
  const long = "😀".repeat(2_000_000);
  const fields = { code: "DENIED", side: "source", operation: long, reference: long, hint: long } as const;
  const error = new MirrorError(long, fields);
  const unexpected = reportOf(new RangeError(long));
  for (const report of [
    reportOf(error),
    reportOf(error.with({ hint: long })),
    unexpected,
    shortReport({ ...fields, message: long }),
  ]) {
    for (const [key, limit] of [
      ["operation", 300],
      ["reference", 300],
      ["message", 1000],
      ["hint", 1000],
    ] as const) {
      const text = report[key] ?? "";
      assert.ok(text.length <= limit && text.isWellFormed(), key);
    }
    assert.match(report.message, /… \(20000\d\d characters\)$/);
  }
});
