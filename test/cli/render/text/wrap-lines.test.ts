import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { wrapLines } from "../../../../src/cli/render/text/wrap-lines.ts";

describe("long lines", () => {
  test("break between words, and continue with a larger indent", () => {
    const text = "Error: cannot read\n  hint: see whether the registry is up\nshort\n";
    const wrapped = "Error: cannot\n  read\n  hint: see\n    whether the\n    registry is\n    up\nshort\n";
    assert.equal(wrapLines(text, 17), wrapped);
    assert.equal(wrapLines(text, undefined), text);
  });

  test("keep code in backticks together, because people copy it, and words that are longer than the width", () => {
    assert.equal(wrapLines("run `mirrorform plan --explain` now", 14), "run\n  `mirrorform plan --explain`\n  now");
    assert.equal(wrapLines("a 123456789012.dkr.ecr b", 10), "a\n  123456789012.dkr.ecr\n  b");
    assert.equal(wrapLines("an unpaired ` stays", 12), "an unpaired\n  ` stays");
  });

  test("keep a number and its unit together", () => {
    assert.equal(wrapLines("It sent 390.2 kB in 15.2 s.", 14), "It sent\n  390.2 kB in\n  15.2 s.");
  });

  test("do not count colors", () => {
    const red = "\u001b[31mError DENIED\u001b[39m (target): no";
    assert.equal(wrapLines(red, 25), red);
  });

  test("law: keep all words in their order, and are no longer than the width unless a word is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 40 }),
        fc.integer({ min: 12, max: 60 }),
        (words, width) => {
          const wrapped = wrapLines(words.join(" "), width);
          assert.deepEqual(wrapped.split(/\s+/).filter(Boolean), words);
          assert.ok(wrapped.split("\n").every((line) => line.length <= width));
        },
      ),
    );
  });
});
