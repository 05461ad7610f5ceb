import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

import { USUAL_HINTS } from "../src/error-hints.ts";

const CODES = [...readFileSync("src/error-code.ts", "utf8").matchAll(/^ {2}\| "([A-Z0-9_]+)"/gm)].map(
  ([, code]) => code ?? "",
);

const PAGES = globSync(["*.md", ".github/**/*.md", "{docs,bench,test,scripts}/**/*.md"]).toSorted();

/** Returns a page without its code blocks. */
function proseOf(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^```[^]*?^```/gm, "");
}

/** Returns the anchors that GitHub gives to the headings of a page. */
function headingsOf(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.*)$/gm)].map(([, text]) => text ?? "");
  return new Set(
    headings.map((text) =>
      text
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

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

  test("has no links to missing files or headings", () => {
    const headings = new Map(PAGES.map((page) => [page, headingsOf(page)]));
    const broken = PAGES.flatMap((page) =>
      [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(
        ([link, path = "", heading]) => {
          const target = path === "" ? page : join(dirname(page), path);
          const isThere = globSync(target).length > 0;
          const hasHeading = heading === undefined || headings.get(target)?.has(heading) !== false;
          return isThere && hasHeading ? [] : [`${page}: ${link}`];
        },
      ),
    );
    assert.deepEqual(broken, []);
  });

  test("has no links to missing files of the repository on GitHub", () => {
    const linked = PAGES.flatMap((page) =>
      [
        ...proseOf(page).matchAll(
          /\]\(https:\/\/github\.com\/mirrorform\/mirrorform\/(?:blob|tree)\/main\/([^)#\s]+)/g,
        ),
      ].map(([, path]) => ({ page, path: path ?? "" })),
    );
    assert.ok(linked.length > 0, "some are found");
    assert.deepEqual(
      linked.filter(({ path }) => globSync(path).length === 0),
      [],
    );
  });

  test("names source files and folders that exist", () => {
    const named = PAGES.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/`((?:src|test|scripts|bench|action|examples)\/[\w./-]+)`/g)].map(
        ([, path]) => ({ page, path: path ?? "" }),
      ),
    );
    assert.ok(named.length > 80, `${named.length} paths`);
    assert.deepEqual(
      named.filter(({ path }) => globSync(path.replace(/\/$/, "")).length === 0),
      [],
    );
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
