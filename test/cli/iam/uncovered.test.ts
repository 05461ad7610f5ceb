import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { uncovered } from "../../../src/cli/iam/uncovered.ts";
import { matchesWildcard } from "../../../src/oci/wildcard.ts";
import { atOnce } from "../../../src/steps.ts";

describe("resources that a wildcard covers are left out:", () => {
  test("of names, and of other wildcards", () => {
    assert.deepEqual(atOnce(uncovered(["b", "app/2", "app/*", "app/*/x", "app", "app/*"])), ["app", "app/*", "b"]);
    assert.deepEqual(atOnce(uncovered(["a-1-b", "a*b", "a*c*b", "ab"])), ["a*b"]);
    assert.deepEqual(atOnce(uncovered(["aba", "ab*ba"])), ["ab*ba", "aba"], "the two parts may not overlap");
  });

  test("the same as by comparing each with each", () => {
    const letters = ["a", "b", "*", "/"];
    const words = [""];
    for (let index = 0; words.length < 400; index += 1) words.push(...letters.map((each) => `${words[index]}${each}`));
    const expected = words
      .toSorted()
      .filter((each) => !words.some((other) => other !== each && other.includes("*") && matchesWildcard(other, each)));
    assert.deepEqual(atOnce(uncovered(words)), expected);
    const without = words.filter((word) => !/^\*|\*$/.test(word));
    assert.deepEqual(
      atOnce(uncovered(without)),
      without
        .toSorted()
        .filter((e) => !without.some((other) => other !== e && other.includes("*") && matchesWildcard(other, e))),
    );
  });

  test("of 40,000, half of them wildcards", { timeout: 60_000 }, () => {
    const names = Array.from({ length: 20_000 }, (_, index) => [`a${index}/*`, `b${index}/x`]).flat();
    assert.equal(atOnce(uncovered(names)).length, 40_000);
  });
});
