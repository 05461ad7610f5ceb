import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { accepted, around, one, refusedAs } from "../mirror-file-in-folder.ts";

describe("a character that only looks right is named, in place of the problems that follow from it:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "a no-break space after a colon",
      "  - image:»\u00a0node",
      "a special space (U+00A0) in this line (replace it with a space)",
    ],
    ["a zero-width space", "  - image: »\u200bnode", "an invisible character (U+200B) in this line (remove it)"],
    [
      "typographic quotes",
      "  - image: »\u201cnode:20\u201d",
      'a typographic quote (U+201C) in this line (write straight quotes: ")',
    ],
    ["a typographic dash", "  - image: node:20»\u2013alpine", "a typographic dash (U+2013) in this line (write -)"],
  ];
  for (const [what, marked, expected] of cases) {
    test(what, () => one(around(marked), new RegExp(`^\\w+ there is ${expected.replaceAll(/[()+]/g, "\\$&")}$`)));
  }

  test("a no-break space in the indentation", async () => {
    const problems = await refusedAs(
      "version: 1\nname: example\ntargets:\n\u00a0\u00a0main:\n    ecr: {}\nmirrors: [{ image: node }]\n",
    );
    assert.deepEqual(problems, [
      "INVALID_FILE 4:1 there is a special space (U+00A0) in this line (replace it with a space)",
    ]);
  });
});

test("such characters are no problem in comments, at the start of the file, or in other lines", async () => {
  await accepted(`\ufeff${around("  - image: node # \u201cLTS\u201d\u00a0only")}`);
  await one(around("  - { image: node, »zzz: x }\n# \u00a0"), /^INVALID_FILE "zzz" is not a known key/);
});
