import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { read } from "./desired/mirror-file-in-folder.ts";

const PAGES = ["README.md", ...globSync("docs/*.md")];

/** Values for the variables on the pages. */
const ENVIRONMENT = {
  AWS_REGION: "us-east-1",
  AWS_ACCOUNT_ID: "123456789012",
  MIRRORFORM_VAR_TEAM: "web",
};

/** Valid as either kind of policy file, because only the form of a policy file is checked. */
const POLICY = JSON.stringify({ rules: [{}], Statement: [{}] });

/** Finds the complete mirror files on a page: blocks that start with `version: 1`, after optional comments. */
function mirrorFiles(page: string): { line: number; text: string }[] {
  const content = readFileSync(page, "utf8");
  return [...content.matchAll(/^```yaml\n((?:#.*\n)*version: 1\n[^]*?)^```$/gm)].map((match) => ({
    line: content.slice(0, match.index).split("\n").length + 1,
    text: match[1] ?? "",
  }));
}

describe("the mirror files in the documentation", () => {
  const examples = PAGES.flatMap((page) => mirrorFiles(page).map((example) => ({ page, ...example })));
  test("are found", () => {
    assert.ok(examples.length >= 5, `${examples.length} found`);
  });
  for (const { page, line, text } of examples) {
    test(`are valid: ${page}:${line}`, async () => {
      const policies = [...text.matchAll(/\.\/([\w./-]+\.json)/g)].map(([, path]) => [path ?? "", POLICY]);
      const result = await read(text, { environment: ENVIRONMENT, files: Object.fromEntries(policies) });
      assert.ok("file" in result, JSON.stringify("problems" in result ? result.problems : undefined, undefined, 2));
    });
  }
});
