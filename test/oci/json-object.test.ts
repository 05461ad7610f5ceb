import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { MAX_JSON_DEPTH, parseJsonObject } from "../../src/oci/json-object.ts";
import { readErrors } from "../../src/registry/errors/registry-errors.ts";

const nested = (levels: number, inside = "1"): string => `${"[".repeat(levels)}${inside}${"]".repeat(levels)}`;

/** If these fail, one answer of a registry exhausts the stack: INTERNAL RangeError. */
describe("JSON from outside", () => {
  test("is read up to a depth that no document reaches", () => {
    // The object is one level, and the number in the lists another.
    const deepest = `{"a":${nested(MAX_JSON_DEPTH - 1)}}`;
    assert.deepEqual(parseJsonObject(deepest), JSON.parse(deepest));
    assert.equal(parseJsonObject(`{"a":${nested(MAX_JSON_DEPTH)}}`), undefined);
  });

  test("that is nested half a million times is no object, as lists and as objects", () => {
    assert.equal(parseJsonObject(`{"a":${nested(500_000)}}`), undefined);
    assert.equal(parseJsonObject(`${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`), undefined);
  });

  test("in the detail of an error gives an error without a code", () => {
    const text = `{"errors":[{"code":"DENIED","message":"no","detail":${nested(100_000)}}]}`;
    assert.deepEqual(
      readErrors(text).map(({ code }) => code),
      [""],
    );
  });
});
