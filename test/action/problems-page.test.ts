import assert from "node:assert/strict";
import { test } from "node:test";

import { problemsPage } from "../../action/problems-page.ts";
import { COMMENT_LIMIT } from "../../src/cli/render/plan-markdown.ts";

const errorsWith = (count: number, problem: string): string =>
  `${Array.from({ length: count }, (_, index) => `mirrors.yaml:${index + 1}:1: ${problem}`).join("\n\n")}\n\n${count} problems in mirrors.yaml.\n`;

for (const [what, problem] of [
  ["of letters", "x".repeat(400)],
  ["with fences", "`".repeat(400)],
  ["with control characters, which are escaped", "\u001b".repeat(400)],
] as const) {
  test(`problems ${what} fit into a comment, with whole problems and the exact total`, () => {
    const page = problemsPage({ file: "mirrors.yaml", errors: errorsWith(200, problem), isInvalid: true });
    assert.ok(Buffer.byteLength(page) <= COMMENT_LIMIT, `${Buffer.byteLength(page)}`);
    const shown = page.split("\n").filter((line) => /^mirrors\.yaml:\d+:1: /.test(line));
    assert.ok(shown.length > 5 && new Set(shown.map((line) => line.length)).size <= 3, "each problem is complete");
    assert.match(page, /\n\n200 problems in mirrors\.yaml\.\n`{3,}\n/);
    assert.ok(
      page.includes(`**Only the first ${shown.length} are shown.** Run \`mirrorform validate --json\` to see all`),
    );
  });
}

test("a page with all problems mentions no others, and the file name is escaped", () => {
  const page = problemsPage({ file: "a`@team`.yaml", errors: errorsWith(2, "no"), isInvalid: false });
  assert.match(page, /^### mirrorform: the check of `aˋ@teamˋ\.yaml` failed\n/);
  assert.doesNotMatch(page, /Only the first/);
});

test("counts problems that mirrorform did not print", () => {
  const errors = errorsWith(3, "no").replace("3 problems", "300 problems");
  assert.match(problemsPage({ file: "mirrors.yaml", errors, isInvalid: true }), /Only the first 3 are shown/);
});
