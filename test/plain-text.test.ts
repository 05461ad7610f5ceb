import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { plainText, shellWord, shortened } from "../src/plain-text.ts";
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
    assert.equal(shellWord("/srv/a-b_c.yaml"), "/srv/a-b_c.yaml");
  });
});

describe("a text from outside", () => {
  test("is cut between two characters, and says how long it was", () => {
    for (const head of ["", "a", "ab", "abc"]) {
      const cut = shortened(`${head}${"😀".repeat(1000)}`);
      assert.match(cut, /^[abc]*(?:😀)+… \(100[0-3] characters\)$/u);
      assert.ok(cut.length <= 300 && cut.length >= 298);
      assert.ok(cut.isWellFormed());
      assert.equal(shortened(cut), cut, "cutting it again changes nothing");
    }
  });

  test("stays as it is if it is short enough", () => {
    for (const text of ["", "a".repeat(300), "\ud800"]) assert.equal(shortened(text), text);
  });

  test("is one printable line of at most 300 characters in a message", () => {
    const line = plainText(`a\n\u001b[1m ${"b".repeat(4_000_000)}`);
    assert.match(line, /^a \[1m b+… \(4000006 characters\)$/);
    assert.ok(line.length <= 300);
  });
});
