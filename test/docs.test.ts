import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { USUAL_HINTS } from "../src/error-hints.ts";

const CODES = [...readFileSync("src/error-code.ts", "utf8").matchAll(/^ {2}\| "([A-Z0-9_]+)"/gm)].map(
  ([, code]) => code ?? "",
);

describe("the documentation", () => {
  test("lists each error code once, and no others", () => {
    assert.ok(CODES.length > 30, "the codes are found");
    const listed = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| ([A-Z0-9_]+) \|/gm)].map(
      ([, code]) => code,
    );
    assert.deepEqual(new Set(listed), new Set(CODES));
    assert.equal(listed.length, CODES.length);
  });

  test("lists the usual hint of each error code", () => {
    const rows = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| ([A-Z0-9_]+) \|.*\| (.*) \|$/gm)];
    const hints = Object.fromEntries(rows.map(([, code, hint]) => [code, hint]));
    assert.deepEqual(hints, USUAL_HINTS);
  });

  test("has no broken links", () => {
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

test("the program uses every error code", () => {
  const sources = globSync("src/**/*.ts")
    .filter((file) => file !== "src/error-code.ts")
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const unused = CODES.filter((code) => code !== "INTERNAL" && !sources.includes(`"${code}"`));
  assert.deepEqual(unused, []);
});
