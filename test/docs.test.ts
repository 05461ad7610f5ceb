import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { USUAL_HINTS } from "../src/error-hints.ts";

const CODES = [...readFileSync("src/error-code.ts", "utf8").matchAll(/^ {2}\| "([A-Z0-9_]+)"/gm)].map(
  ([, code]) => code ?? "",
);

describe("the documentation", () => {
  test("has one line for each error code, and none for a code that is gone", () => {
    assert.ok(CODES.length > 30, "the codes were found");
    const listed = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| ([A-Z0-9_]+) \|/gm)].map(
      ([, code]) => code,
    );
    assert.deepEqual(new Set(listed), new Set(CODES));
    assert.equal(listed.length, CODES.length);
  });

  test("tells of each error code what its usual hint tells", () => {
    const rows = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| ([A-Z0-9_]+) \|.*\| (.*) \|$/gm)];
    const told = Object.fromEntries(rows.map(([, code, hint]) => [code, hint]));
    assert.deepEqual(told, USUAL_HINTS);
  });

  test("has no link that leads nowhere", () => {
    const pages = ["README.md", "CHANGELOG.md", ...globSync("docs/**/*.md"), ...globSync("test/**/README.md")];
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
        .map(([, link]) => join(dirname(page), link ?? ""))
        .filter((path) => globSync(path).length === 0)
        .map((path) => `${page} -> ${path}`),
    );
    assert.deepEqual(broken, []);
  });
});

test("every error code is given by something", () => {
  const sources = globSync("src/**/*.ts")
    .filter((file) => file !== "src/error-code.ts")
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const idle = CODES.filter((code) => code !== "INTERNAL" && !sources.includes(`"${code}"`));
  assert.deepEqual(idle, []);
});
