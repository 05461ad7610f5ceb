import assert from "node:assert/strict";
import { test } from "node:test";

import { isImmutableTag } from "../../src/repository/immutable-tag.ts";

const CASES: [filter: string, tag: string, matches: boolean][] = [
  ["latest", "latest", true],
  ["latest", "latest-1", false],
  ["*-nightly", "7-nightly", true],
  ["*-nightly", "nightly", false],
  ["dev*", "dev", true],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "acb", false],
  ["a*a", "a", false],
  ["*", "anything", true],
  ["v*.*", "v1.2", true],
  ["v*.*", "v12", false],
  // Filters are not regular expressions, so a dot matches only a dot.
  ["1.0", "1x0", false],
];

for (const [filter, tag, matches] of CASES) {
  test(`the filter ${filter} ${matches ? "matches" : "does not match"} ${tag}`, () => {
    assert.equal(isImmutableTag({ default: "IMMUTABLE", except: [filter] }, tag), !matches);
    assert.equal(isImmutableTag({ default: "MUTABLE", except: [filter] }, tag), matches);
  });
}

test("a filter with many wildcards is matched against a long tag in reasonable time", () => {
  const filter = `${"*a".repeat(60)}*b`;
  assert.equal(isImmutableTag({ default: "MUTABLE", except: [filter] }, "a".repeat(128)), false);
});
