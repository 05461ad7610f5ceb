import assert from "node:assert/strict";
import { test } from "node:test";

import { problemsPage } from "../../action/problems-page.ts";
import { COMMENT_LIMIT } from "../../src/cli/render/plan-markdown.ts";

const told = (count: number, problem: string): string =>
  `${Array.from({ length: count }, (_, index) => `mirrors.yaml:${index + 1}:1: ${problem}`).join("\n\n")}\n\n${count} problems in mirrors.yaml.\n`;

for (const [what, problem] of [
  ["of letters", "x".repeat(400)],
  ["with fences", "`".repeat(400)],
  ["with control characters, which are shown longer than they are", "\u001b".repeat(400)],
] as const) {
  test(`problems ${what} fit into a comment, those shown whole, and their number is exact`, () => {
    const page = problemsPage({ file: "mirrors.yaml", complaints: told(200, problem), isInvalid: true });
    assert.ok(Buffer.byteLength(page) <= COMMENT_LIMIT, `${Buffer.byteLength(page)}`);
    const shown = page.split("\n").filter((line) => /^mirrors\.yaml:\d+:1: /.test(line));
    assert.ok(shown.length > 5 && new Set(shown.map((line) => line.length)).size <= 3, "each is whole");
    assert.match(page, /\n\n200 problems in mirrors\.yaml\.\n`{3,}\n/);
    assert.ok(page.includes(`**Only the first ${shown.length} are shown.** \`mirrorform validate --json\` has all`));
  });
}

test("a page with all problems says nothing of others, and a file's name is no markup", () => {
  const page = problemsPage({ file: "a`@team`.yaml", complaints: told(2, "no"), isInvalid: false });
  assert.match(page, /^### mirrorform: the check of `aˋ@teamˋ\.yaml` failed\n/);
  assert.doesNotMatch(page, /Only the first/);
});

test("more problems than mirrorform showed are said to be more", () => {
  const complaints = told(3, "no").replace("3 problems", "300 problems");
  assert.match(problemsPage({ file: "mirrors.yaml", complaints, isInvalid: true }), /Only the first 3 are shown/);
});
