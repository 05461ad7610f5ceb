import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";

import { assertGolden } from "./support/golden.ts";
import { output } from "./support/command.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  bin: Record<string, string>;
  repository: { url: string };
  homepage: string;
  bugs: { url: string };
};

describe("the package", () => {
  let files: readonly string[];
  before(async () => {
    const text = await output("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT });
    const [packed] = JSON.parse(text) as { files: { path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
  });

  test("has every file that its pages link to", () => {
    const pages = files.filter((path) => path.endsWith(".md"));
    assert.ok(pages.length > 20, `${pages.length} pages`);
    const broken = pages.flatMap((page) => {
      const prose = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[^]*?^```/gm, "");
      return [...prose.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].flatMap(([link, path = ""]) => {
        const target = join(dirname(page), path);
        return files.some((file) => file === target || file.startsWith(`${target}/`)) ? [] : [`${page}: ${link}`];
      });
    });
    assert.deepEqual(broken, []);
  });

  /** `dist/` and the shrinkwrap are made by packing; `.ci/packed` checks them. */
  test("has exactly the files of the list, so that no other file is published by accident", () => {
    const listed = files.filter((path) => !path.startsWith("dist/") && path !== "npm-shrinkwrap.json").toSorted();
    assertGolden(`${listed.join("\n")}\n`, join(ROOT, "test/packed-files.txt"));
  });

  test("has the program, and nothing for contributors", () => {
    for (const path of Object.values(PACKAGE.bin)) assert.ok(files.includes(path), path);
    assert.deepEqual(
      files.filter((path) => /^(?:src|test|scripts|bench)\/|^docs\/(?:development|releasing)\.md$/.test(path)),
      [],
    );
  });

  test("says where its source, its home page and its issues are", () => {
    assert.equal(PACKAGE.repository.url, "git+https://github.com/mirrorform/mirrorform.git");
    assert.equal(PACKAGE.homepage, "https://github.com/mirrorform/mirrorform#readme");
    assert.equal(PACKAGE.bugs.url, "https://github.com/mirrorform/mirrorform/issues");
  });
});
