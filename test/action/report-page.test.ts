import assert from "node:assert/strict";
import { test } from "node:test";

import { reportPage } from "../../action/report-page.ts";

/** GitHub discards larger summaries (docs, "Adding a job summary"). */
const MAX_BYTES = 1024 * 1024;

for (const [what, line] of [
  ["of letters", "x".repeat(100)],
  ["with characters of three bytes each", "✔".repeat(100)],
  ["with control characters, which are escaped", "\u001b".repeat(100)],
] as const) {
  test(`a report ${what} fits into a summary, with its end complete`, () => {
    const page = reportPage(`${`${line}\n`.repeat(20_000)}Apply: 4 done\n`);
    assert.ok(Buffer.byteLength(page) <= MAX_BYTES, `${Buffer.byteLength(page)}`);
    assert.ok(Buffer.byteLength(page) > MAX_BYTES / 2, "the page uses the available space");
    assert.match(page, /The first \d+ lines are omitted; see the log\.\n\n```text\n/);
    assert.match(page, /\nApply: 4 done\n```\n$/);
  });
}

test("a short report is rendered unchanged, and a fence in it is escaped", () => {
  assert.equal(reportPage("a\n```\nb\n"), "### mirrorform apply\n\n````text\na\n```\nb\n````\n");
});
