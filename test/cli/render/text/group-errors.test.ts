import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { groupErrors } from "../../../../src/cli/render/text/group-errors.ts";
import { wrapList } from "../../../../src/cli/render/text/wrap-list.ts";
import type { ErrorReport } from "../../../../src/errors.ts";

function unreachable(reference: string, more: Partial<ErrorReport> = {}): ErrorReport {
  return {
    code: "UNREACHABLE",
    side: "source",
    operation: "look up manifest",
    reference,
    message: "ghcr.io refused the connection",
    hint: "check the network",
    ...more,
  };
}

function grouped(errors: readonly ErrorReport[]): string[] {
  return groupErrors(errors, (error) => error).map(
    ({ error, members }) => `${members.length} ${error.reference}: ${error.message}`,
  );
}

describe("errors", () => {
  test("with the same cause are one, which counts what else it is about", () => {
    assert.deepEqual(grouped(["a:1", "b:1", "c:1"].map((reference) => unreachable(reference))), [
      "3 a:1 and 2 others: ghcr.io refused the connection",
    ]);
    assert.deepEqual(grouped([unreachable("a:1"), unreachable("b:1")]), [
      "2 a:1 and 1 other: ghcr.io refused the connection",
    ]);
  });

  test("about the same thing at several places are one, without a count", () => {
    assert.deepEqual(grouped([unreachable("a:1"), unreachable("a:1")]), ["2 a:1: ghcr.io refused the connection"]);
  });

  test("whose messages name what they are about have the same cause", () => {
    const errors = ["a:1", "b:1"].map((reference) => unreachable(reference, { message: `no ${reference} here` }));
    assert.deepEqual(grouped(errors), ["2 a:1 and 1 other: no a:1 here"]);
  });

  test("that differ in code, side, operation, message or hint stay apart", () => {
    const others: Partial<ErrorReport>[] = [
      { code: "TIMEOUT" },
      { side: "target" },
      { operation: "list tags of" },
      { message: "ghcr.io answered 500" },
      { hint: "wait" },
    ];
    assert.equal(grouped([unreachable("a:1"), ...others.map((more) => unreachable("b:1", more))]).length, 6);
  });
});

describe("a list of names", () => {
  test("is wrapped between names", () => {
    assert.deepEqual(wrapList("  images: ", ["aaaa", "bbbb", "cccc"], 22), ["  images: aaaa, bbbb,", "    cccc"]);
    assert.deepEqual(wrapList("  images: ", ["a".repeat(30), "b"], 20), [`  images: ${"a".repeat(30)},`, "    b"]);
  });
});
