import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { sourceText } from "../../../src/desired/text/source-text.ts";
import { renderProblem, type Problem } from "../../../src/desired/mirror-file.ts";
import { groupAlike, renderAll, renderProblems } from "../../../src/desired/text/render-problem.ts";
import { read } from "../mirror-file-in-folder.ts";

function problem(line: number, column: number, more: Partial<Problem> = {}): Problem {
  return { code: "INVALID_FILE", message: "this is wrong", path: "mirrors.yaml", position: { line, column }, ...more };
}

/** Returns the character above the caret. */
function pointedAt(rendered: string): string {
  const [, line = "", caret = ""] = rendered.split("\n");
  return [...line][[...caret].indexOf("^")] ?? "";
}

describe("a rendered problem", () => {
  test("has position, message, line, caret and hint", () => {
    const source = "version: 1\nname: Example\n";
    assert.equal(
      renderProblem(problem(2, 7, { hint: 'did you mean "example"?' }), sourceText(source)),
      'mirrors.yaml:2:7: this is wrong\n   2 | name: Example\n     |       ^\n  hint: did you mean "example"?',
    );
  });

  test("without a position is one line", () => {
    const { position: _position, ...placeless } = problem(1, 1);
    assert.equal(renderProblem(placeless, sourceText("")), "mirrors.yaml: this is wrong");
  });

  test("at the end of the text has a caret after it", () => {
    assert.equal(renderProblem(problem(2, 1), sourceText("a: [\n")).split("\n").at(-1), "     | ^");
  });

  test("has its caret in the right column after tabs, escapes and characters outside the basic plane", () => {
    assert.equal(pointedAt(renderProblem(problem(1, 5), sourceText("\t\u0007😀 X: y"))), "X");
  });

  test("shows a long line around its caret", () => {
    const source = `${"a".repeat(5000)}X${"b".repeat(5000)}`;
    const rendered = renderProblem(problem(1, 5001), sourceText(source));
    assert.ok(rendered.length < 300);
    assert.equal(pointedAt(rendered), "X");
    assert.match(rendered, /…a+Xb+…/);
  });

  test("sends no control or bidirectional character to the terminal", async () => {
    const escape = "\u001b]0;x\u0007\u202e\u200b\u009b";
    const { source, ...result } = await read(`version: 1\n"n${escape}": "\\e[2J\\u202e"\n`);
    assert.ok("problems" in result);
    for (const hostile of [...result.problems, problem(2, 9, { message: escape, hint: escape, path: escape })]) {
      assert.doesNotMatch(renderProblem(hostile, sourceText(source)), /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
    }
  });

  test("masks credentials in an address", async () => {
    const { source, ...result } = await read(`version: 1
name: x
targets: { main: { oci: "https://user:hunter2@x" }, b: { oci: "ftp://user:hunter2@x" } }
mirrors: [{ image: "https://user:hunter2@x/y" }]
`);
    assert.ok("problems" in result);
    assert.equal(result.problems.length, 3);
    const rendered = result.problems.map((each) => renderProblem(each, sourceText(source))).join("\n");
    assert.doesNotMatch(rendered, /hunter2/);
    assert.doesNotMatch(JSON.stringify(result.problems), /hunter2/);
  });
});

test("law: the caret is below the character at the position", () => {
  const character = fc.constantFrom("a", " ", "\t", "é", "\u0001", "😀", "…");
  fc.assert(
    fc.property(fc.array(character, { maxLength: 150 }), fc.array(character, { maxLength: 150 }), (before, after) => {
      const source = `${before.join("")}X${after.join("")}`;
      assert.equal(pointedAt(renderProblem(problem(1, before.length + 1), sourceText(source))), "X");
    }),
  );
});

describe("problems that differ only in their position", () => {
  test("are rendered once, with the lines of the others", () => {
    const source = "imag: a\nimag: b\nname: c\nimag: d\n";
    const problems = [problem(1, 1), problem(2, 1), problem(3, 1, { message: "other" }), problem(4, 1)];
    const groups = groupAlike(problems);
    assert.deepEqual(
      groups.map((alike) => alike.length),
      [3, 1],
    );
    const [first] = groups;
    assert.ok(first !== undefined);
    assert.match(
      renderProblems(first, sourceText(source)),
      /^mirrors\.yaml:1:1: this is wrong\n[^]*\n {2}also on lines 2, 4$/,
    );
  });

  test("list no more lines than fit", () => {
    const [alike] = groupAlike(Array.from({ length: 60 }, (_, index) => problem(index + 1, 1)));
    assert.ok(alike !== undefined);
    assert.match(renderProblems(alike, sourceText("")), /also on lines 2, 3, .*, 16 and 44 more lines$/);
  });
});

describe("problems that differ only in the text that they quote", () => {
  const many = (count: number, message: (index: number) => string): Problem[] =>
    Array.from({ length: count }, (_, index) =>
      problem(index + 1, 1, { message: message(index), hint: `write "app${index}"` }),
    );

  test("are all shown if there are few", () => {
    const rendered = renderAll(
      many(5, (index) => `"App${index}" must be lowercase`),
      () => "",
    );
    assert.equal(rendered.length, 5);
  });

  test("are shown three times, with the number and the lines of the others", () => {
    const rendered = renderAll(
      many(60, (index) => `"App${index}" must be lowercase`),
      () => "",
    );
    assert.deepEqual(
      rendered.map((text) => text.split("\n")[0]),
      [
        'mirrors.yaml:1:1: "App0" must be lowercase',
        'mirrors.yaml:2:1: "App1" must be lowercase',
        'mirrors.yaml:3:1: "App2" must be lowercase',
        "57 more problems like these, on lines 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 and 42 more lines",
      ],
    );
  });

  test("do not hide problems of another kind", () => {
    const problems = [...many(60, (index) => `"App${index}" must be lowercase`), problem(7, 3, { message: "other" })];
    const rendered = renderAll(problems, () => "");
    assert.equal(rendered.length, 5);
    assert.match(rendered.at(-1) ?? "", /^mirrors\.yaml:7:3: other/);
  });
});

test("the line of a problem does not show the value of a key with a password or a token", () => {
  for (const line of [
    "docker.io: { username: me, password: hunter2 }",
    "  accessKeyId: hunter2",
    '  "secretAccessKey": "hunter2"',
    "aws_session_token = hunter2",
    "  token: 'hunter2'",
  ]) {
    const rendered = renderProblem(problem(1, 3), sourceText(line));
    assert.doesNotMatch(rendered, /hunter2/, line);
    assert.match(rendered, /\*{7}/, line);
  }
  const image = "  - image: quay.io/org/token:1.2";
  assert.ok(renderProblem(problem(1, 3), sourceText(image)).includes(image));
});
