import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { expressionReader } from "../../../src/desired/tags/expressions.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { around, refused } from "../mirror-file-in-folder.ts";

/** Compiles to about 4,000 instructions. */
const LARGE = "((a|b){0,31}){31}";

describe("the expressions of a mirror file", () => {
  test("are compiled once if they are equal", async () => {
    const read = expressionReader();
    const expression = await read(LARGE);
    assert.equal(typeof expression, "function");
    for (let i = 0; i < 1000; i++) assert.equal(await read(LARGE), expression);
  });

  test("have a largest size together, and the first that exceeds it is reported", async () => {
    const read = expressionReader(100);
    assert.equal(typeof (await read("a{50}")), "function");
    const excess = await read("b{50}");
    assert.ok(typeof excess === "object");
    assert.match(excess.message, /this file up to this one compile to more than 100 instructions/);
    assert.equal(await read("c{50}"), undefined);
    assert.equal(await read("b{50}"), undefined);
    assert.equal(typeof (await read("a{50}")), "function", "one that fits still works");
  });

  test("keep their own error if they are not valid", async () => {
    const read = expressionReader();
    for (const text of ["(", "(?=a)", "a{1001}"]) {
      const problem = await read(text);
      assert.ok(typeof problem === "object");
      assert.match(problem.message, /invalid regular expression/);
    }
  });

  test("are counted in rules and in settings, and the file is refused at the rule that exceeds the size", async () => {
    const rules = Array.from(
      { length: 100 },
      (_, i) => `  - { image: node, to: "n${i}", tags: { match: "x${i}${LARGE}" } }`,
    );
    const [only, ...others] = await refused(around(rules.join("\n")));
    assert.deepEqual(others, []);
    assert.match(only?.message ?? "", /compile to more than 250000 instructions/);
    const line = only?.position?.line ?? 0;
    assert.ok(line > 8 + 60 && line < 8 + 64, String(line));
    const half = rules
      .slice(0, 60)
      .map((rule, i) => rule.replace(" }", ` }, repositories: { pruneTags: "y${i}${LARGE}" }`));
    assert.match((await refused(around(half.join("\n"))))[0]?.message ?? "", /250000 instructions/);
  });

  for (const [what, textOf] of [
    ["equal", () => LARGE],
    ["different", (i: number) => `x${i}${LARGE}`],
  ] as const) {
    test(`end validate in a small heap if there are 6,000 ${what} ones`, async (t) => {
      const rules = Array.from(
        { length: 6000 },
        (_, i) => `- { image: node, to: "n${i}", tags: { match: "${textOf(i)}" } }`,
      );
      const { path, remove } = await folderWith({ "mirrors.yaml": around(rules.join("\n")) });
      t.after(remove);
      const environment = { NODE_OPTIONS: "--max-old-space-size=256" };
      const { code, stderr } = await mirrorform(["validate"], { folder: path, environment });
      assert.equal(code, what === "equal" ? 0 : 3, stderr.slice(0, 500));
      if (what === "different") assert.match(stderr, /mirrors\.yaml:\d+:\d+[^]*250000 instructions/);
    });
  }
});
