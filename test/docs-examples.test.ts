import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { read } from "./desired/mirror-file-in-folder.ts";

const PAGES = ["README.md", ...globSync("docs/*.md")];

/** What the pages' variables stand for. */
const ENVIRONMENT = {
  AWS_REGION: "us-east-1",
  AWS_ACCOUNT_ID: "123456789012",
  MIRRORFORM_VAR_TEAM: "web",
};

/** Has the list of either kind of policy: of a file no more than its form is checked. */
const POLICY = JSON.stringify({ rules: [{}], Statement: [{}] });

/** The blocks of a page that are whole mirror files: `version: 1` comes first, comments aside. */
function mirrorFiles(page: string): { line: number; text: string }[] {
  const content = readFileSync(page, "utf8");
  return [...content.matchAll(/^```yaml\n((?:#.*\n)*version: 1\n[^]*?)^```$/gm)].map((match) => ({
    line: content.slice(0, match.index).split("\n").length + 1,
    text: match[1] ?? "",
  }));
}

describe("each mirror file in the documentation is valid:", () => {
  const examples = PAGES.flatMap((page) => mirrorFiles(page).map((example) => ({ page, ...example })));
  // Were none found, none would be tested.
  test("they were found", () => {
    assert.ok(examples.length >= 5, `${examples.length} found`);
  });
  for (const { page, line, text } of examples) {
    test(`${page}:${line}`, async () => {
      const policies = [...text.matchAll(/\.\/([\w./-]+\.json)/g)].map(([, path]) => [path ?? "", POLICY]);
      const result = await read(text, { environment: ENVIRONMENT, files: Object.fromEntries(policies) });
      assert.ok("file" in result, JSON.stringify("problems" in result ? result.problems : undefined, undefined, 2));
    });
  }
});
