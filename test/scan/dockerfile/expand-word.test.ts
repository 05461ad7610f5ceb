import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { expandWord } from "../../../src/scan/dockerfile/expand-word.ts";

const KNOWN: Readonly<Record<string, string>> = { A: "node", T: "22", E: "", P: "docker.io/library/node:20-alpine" };

/** [word, expanded, unresolved names] */
const CASES: readonly (readonly [string, string, ...string[]])[] = [
  ["node:22", "node:22"],
  ["$A:$T", "node:22"],
  ["${A}:${T}", "node:22"],
  ['"$A"', "node"],
  ["'$A'", "$A"],
  ["\\$A", "$A"],
  ['"\\$A\\x"', "$A\\x"],
  ["${U}", "${U}", "U"],
  ["$U", "$U", "U"],
  ["a$", "a$"],
  ["${U:-x}", "x"],
  ["${U-x}", "x"],
  ["${E:-x}", "x"],
  ["${E-x}", ""],
  ["${U:-${A}:${T}}", "node:22"],
  ["${U:-$V}", "$V", "V"],
  ["${A:-$V}", "node"],
  ["${A:+$V}", "$V", "V"],
  ["${U:+$V}", ""],
  ["${E:+x}y", "y"],
  ["${E+x}y", "xy"],
  ["${A:?needed}", "node"],
  ["${U:?needed}", "${U:?needed}", "U"],
  ["${P#*/}", "library/node:20-alpine"],
  ["${P##*/}", "node:20-alpine"],
  ["${P%-*}", "docker.io/library/node:20"],
  ["${P%%:*}", "docker.io/library/node"],
  ["${P/library/mirror}", "docker.io/mirror/node:20-alpine"],
  ["${P//i/I}", "docker.Io/lIbrary/node:20-alpIne"],
  ["${U#x}", "${U#x}", "U"],
];

describe("A word of a Dockerfile", () => {
  for (const [word, text, ...unresolved] of CASES) {
    test(`${word} becomes ${text === "" ? "empty" : text}`, () => {
      assert.deepEqual(
        expandWord(word, "\\", (name) => KNOWN[name]),
        { text, unresolved },
      );
    });
  }

  test("has the escape character of its file", () => {
    const lookup = () => "v";
    assert.deepEqual(expandWord("`$A\\$A", "`", lookup), { text: "$A\\v", unresolved: [] });
  });

  for (const word of ["${A", "${}", "${:-x}", "${A:x}", "'open", '"open', "${A:-open"]) {
    test(`${word} is not valid`, () => {
      assert.ok("message" in expandWord(word, "\\", (name) => KNOWN[name]));
    });
  }
});
