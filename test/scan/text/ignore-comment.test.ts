import assert from "node:assert/strict";
import { test } from "node:test";

import { sourceText } from "../../../src/desired/text/source-text.ts";
import { hasIgnoreComment } from "../../../src/scan/text/ignore-comment.ts";

const ignored = (text: string) =>
  text.split("\n").flatMap((_, index) => (hasIgnoreComment(sourceText(text), index + 1) ? [index + 1] : []));

test("A comment ignores its line, and the line below if it stands alone", () => {
  assert.deepEqual(ignored("image: a # mirrorform: ignore\nimage: b"), [1]);
  assert.deepEqual(ignored("# mirrorform: ignore\nFROM a\nFROM b"), [1, 2]);
  assert.deepEqual(ignored('  // mirrorform: ignore, built here\n  "image": "a"\nb'), [1, 2]);
  assert.deepEqual(ignored("/* mirrorform:ignore */\na"), [1, 2]);
});

test("Other comments ignore nothing", () => {
  assert.deepEqual(ignored("# mirrorform: ignored\nFROM a # mirrorform ignore\n# ignore"), []);
});
