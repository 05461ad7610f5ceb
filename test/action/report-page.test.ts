import assert from "node:assert/strict";
import { test } from "node:test";

import { reportPage } from "../../action/report-page.ts";

/** GitHub drops a summary of more than this whole (docs, "Adding a job summary"). */
const MOST = 1024 * 1024;

for (const [what, line] of [
  ["of letters", "x".repeat(100)],
  ["whose characters take three bytes each", "✔".repeat(100)],
  ["with control characters, which are shown longer than they are", "\u001b".repeat(100)],
] as const) {
  test(`a report ${what} fits into a summary, its end whole`, () => {
    const page = reportPage(`${`${line}\n`.repeat(20_000)}Apply: 4 done\n`);
    assert.ok(Buffer.byteLength(page) <= MOST, `${Buffer.byteLength(page)}`);
    assert.ok(Buffer.byteLength(page) > MOST / 2, "it has what there is room for");
    assert.match(page, /The first \d+ lines are in the log\.\n\n```text\n/);
    assert.match(page, /\nApply: 4 done\n```\n$/);
  });
}

test("a report with room is told as it is, and a fence in it does not end it", () => {
  assert.equal(reportPage("a\n```\nb\n"), "### mirrorform apply\n\n````text\na\n```\nb\n````\n");
});
