import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { shellWord } from "../src/plain-text.ts";
import { run } from "./support/command.ts";

/** If these fail, a command in a hint runs other commands when a reader copies it. */
describe("a word of a shell command", () => {
  for (const text of [
    "mirrors.yaml",
    "",
    "a b",
    "$(id)",
    "`id`",
    "o'brien",
    "a;id",
    "*",
    "--x='y'",
    "~",
    "#",
    "a\nb",
  ]) {
    test(`is read back by a shell: ${JSON.stringify(text)}`, async () => {
      const { stdout } = await run("sh", ["-c", `printf %s ${shellWord(text)}`]);
      assert.equal(stdout, text);
    });
  }

  test("has no quotes if it needs none", () => {
    assert.equal(shellWord("/work/a-b_c.yaml"), "/work/a-b_c.yaml");
  });
});
