import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";

import { compileGlob, isGlob } from "../../src/oci/glob.ts";
import { matchesRuns, matchesWildcard } from "../../src/oci/wildcard.ts";

/** Matches by its definition, in exponential time. */
function reference(pattern: readonly string[], text: readonly string[], isEqual: typeof same, run: string): boolean {
  const [item, ...rest] = pattern;
  if (item === undefined) return text.length === 0;
  if (item === run)
    return text.some((_, i) => reference(rest, text.slice(i), isEqual, run)) || reference(rest, [], isEqual, run);
  return text[0] !== undefined && isEqual(item, text[0]) && reference(rest, text.slice(1), isEqual, run);
}

const same = (one: string, other: string) => one === other;
const samePart = (pattern: string, part: string) =>
  reference([...pattern], [...part], (one, other) => one === other || one === "?", "*");

const few = (letters: string, most: number) => fc.string({ unit: fc.constantFrom(...letters), maxLength: most });

describe("a glob", () => {
  for (const [glob, matched, others] of [
    ["library/*", ["library/node"], ["library", "library/a/b", "other/node", "library2/node"]],
    ["team/**", ["team/a", "team/a/b/c"], ["team", "teams/a"]],
    ["**", ["a", "a/b"], []],
    ["**/node", ["node", "library/node", "a/b/node"], ["node/a"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a", "ab", "a/x"]],
    ["node**", ["node", "node:22"], ["node/a"]],
    ["node:2?", ["node:22"], ["node:2", "node:222", "node:2/"]],
    ["node:2.*", ["node:2.1"], ["node:2x1"]],
    ["redis@sha256:*", ["redis@sha256:abc"], ["redis"]],
    ["", [""], ["a"]],
  ] as const) {
    test(`'${glob}' matches what it stands for`, () => {
      const matches = compileGlob(glob);
      for (const name of matched) assert.ok(matches(name), name);
      for (const name of others) assert.ok(!matches(name), name);
    });
  }

  for (const text of [
    "{0..99999}",
    "{a,b}",
    "[ab]",
    "@(a|b)",
    "!a",
    "!(a)",
    String.raw`a\*`,
    "*(a)",
    "a".repeat(257),
  ]) {
    test(`cannot be ${text.slice(0, 12)}`, () => assert.ok(!isGlob(text)));
  }

  test("can have every character of a name", () => {
    assert.ok(isGlob("registry.example.com:5000/a_b-c/d:V1.2@sha256:0a"));
  });

  test("matches as its definition says", () => {
    fc.assert(
      fc.property(few("ab*?/", 8), few("ab/", 8), (glob, name) => {
        const parts = glob.split("/");
        const pattern = parts.at(-1) === "**" ? [...parts, "*"] : parts;
        assert.equal(compileGlob(glob)(name), reference(pattern, name.split("/"), samePart, "**"));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a wildcard pattern", () => {
  test("matches as its definition says, and `?` is a character", () => {
    fc.assert(
      fc.property(few("ab*?/", 8), few("ab?/", 8), (pattern, text) => {
        assert.equal(matchesWildcard(pattern, text), reference([...pattern], [...text], same, "*"));
      }),
      { numRuns: 2000 },
    );
  });

  test("compares at most as often as both lengths multiplied", () => {
    const pattern = `${"*a".repeat(120)}*b`;
    for (const [one, other] of [
      [pattern, "a".repeat(255)],
      [`*${"a".repeat(127)}b`, "a".repeat(255)],
      [`${"*".repeat(200)}b`, "a".repeat(255)],
    ] as const) {
      let compared = 0;
      const isEqual = (a: string, b: string) => {
        compared++;
        return a === b;
      };
      assert.ok(!matchesRuns(one, other, (item) => item === "*", isEqual));
      assert.ok(compared > 0 && compared <= one.length * other.length, String(compared));
    }
  });
});
