import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";
import { marked, type Token } from "marked";

import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../../../src/cli/render/plan-markdown.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, found, image, oci, plan, repository } from "../../plan/state.ts";
import { assertGolden } from "../../support/golden.ts";
import { everything } from "./everything.ts";

/** Returns every token of the page, parsed as GitHub Flavored Markdown. */
function tokensOf(page: string): Token[] {
  const all: Token[] = [];
  void marked.walkTokens(marked.lexer(page, { gfm: true }), (token) => void all.push(token));
  return all;
}

/** Returns the texts of all tokens of a type. */
function texts(page: string, type: string): string[] {
  return tokensOf(page).flatMap((token) => (token.type === type && "text" in token ? [String(token.text)] : []));
}

function many(count: number): Plan {
  const images = Array.from({ length: count }, (_, i) => image(`redis:${i}`, `redis${i % 7}:${i}`));
  const sources = images.map(({ source }) => `docker.io/library/redis:${source.tag}`);
  return plan(images, oci(), Object.fromEntries(sources.map((source) => [source, found(digest(source))])));
}

/** Returns a plan in which every untrusted text is `text`. */
function hostile(text: string): Plan {
  const made = plan(
    [image("redis:7", "redis:7"), image("nginx:1", "nginx:1")],
    ecr([repository("nginx", { tags: { mirrorform: text } })]),
    {
      "docker.io/library/redis:7": {
        kind: "failed",
        error: { code: "DENIED", side: "source", operation: "read", message: text, reference: text, hint: text },
      },
      "docker.io/library/nginx:1": found(digest("a")),
    },
  );
  return { ...made, file: text, narrowedBy: [text] };
}

describe("a plan as Markdown", () => {
  test("has the totals first and last, deletions and problems before the rest, and a table for each repository", () => {
    assertGolden(renderMarkdown(everything(), COMMENT_LIMIT), new URL("plan.golden.md", import.meta.url));
  });

  test("starts with a hidden marker that names the mirror file and its targets", () => {
    const [first] = marked.lexer(renderMarkdown(everything(), COMMENT_LIMIT));
    assert.equal(first?.type, "html");
    assert.match(
      first?.raw ?? "",
      /^<!-- mirrorform plan name=platform targets=main,tokyo,berlin actions=[0-9a-f]{12} -->\n/,
    );
  });

  test("has the same marker as long as the changes are the same, whatever the remaining pulls", () => {
    const marker = (made: Plan) => renderMarkdown(made, COMMENT_LIMIT).split("\n")[0];
    const before = everything();
    const later = {
      ...before,
      totals: { ...before.totals, unchanged: 17 },
      costs: before.costs.map((cost) => ({ ...cost, reading: undefined })),
    };
    assert.equal(marker(later), marker(before));
    assert.notEqual(marker(many(3)), marker(many(4)));
  });

  test("does not contain the address or the account of a pull limit", () => {
    const page = renderMarkdown(everything(), COMMENT_LIMIT);
    assert.match(page, /87 of 100 pulls remaining/);
    assert.doesNotMatch(page, /203\.0\.113\.7|anonymous/);
  });

  test("without changes says so", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), {
      "docker.io/library/redis:7": found(digest("a")),
    });
    const page = renderMarkdown(made, COMMENT_LIMIT);
    assert.match(page, /no changes/);
    assert.match(page, /No changes\. 1 image matches/);
    assert.deepEqual(texts(page, "tablecell"), []);
  });

  for (const [where, limit, count] of [
    ["comment", COMMENT_LIMIT, 2000],
    ["job summary", SUMMARY_LIMIT, 15_000],
  ] as const) {
    test(`that is too long for a ${where} omits whole rows, counts them, and has exact totals`, () => {
      const page = renderMarkdown(many(count), limit);
      assert.ok(Buffer.byteLength(page) <= limit);
      assert.ok(Buffer.byteLength(page) > limit * 0.99, "it uses the available room");
      const rows = page.match(/^\| `\+` \|.*\|$/gm) ?? [];
      const rest = Number(/and (\d+) more rows/.exec(page)?.[1]);
      assert.equal(rows.length + rest, count);
      assert.equal(page.split(`${count} to create`).length, 4, "in the headline, above and below");
    });
  }

  test("of thousands of targets, notes and options keeps its limit and has a unique marker", () => {
    const made = many(2000);
    const targets = Array.from({ length: 3000 }, (_, i) => ({
      name: `target-${i}`,
      registry: `registry-${i}.example.com`,
      rows: i === 0 ? (made.targets[0]?.rows ?? []) : [],
      notes: [{ code: "blob-mounting-off" as const, repositories: ["a".repeat(200)] }],
    }));
    const narrowedBy = targets.map(({ name }) => `--target ${name}`);
    const page = renderMarkdown({ ...made, targets, narrowedBy }, COMMENT_LIMIT);
    assert.ok(Buffer.byteLength(page) <= COMMENT_LIMIT, `${Buffer.byteLength(page)}`);
    assert.match(page, /and 2980 more/);
    assert.match(page, /and \d+ more rows/);
    const marker = (names: typeof targets): string =>
      renderMarkdown({ ...made, targets: names }, COMMENT_LIMIT).split(" actions=")[0] ?? "";
    assert.equal(marker(targets), page.split(" actions=")[0]);
    assert.notEqual(marker(targets), marker(targets.slice(1)));
  });

  test("law: is never longer than its limit, and shows or counts every row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2_000, max: 30_000 }), (count, limit) => {
        const page = renderMarkdown(many(count), limit);
        assert.ok(Buffer.byteLength(page) <= limit);
        const rows = tokensOf(page).flatMap((token) => (token.type === "table" ? (token["rows"] as unknown[]) : []));
        assert.equal(rows.length + Number(/and (\d+) more row/.exec(page)?.[1] ?? 0), count);
      }),
      { numRuns: 40 },
    );
  });

  for (const text of [
    "@octocat and team/repo#12",
    "<!-- --> <script>alert(1)</script> <img src=x>",
    "`` ` ``` ~~~ |a|b|\n|---|\n# heading",
    "\u202egnp.exe \u001b[2J",
    "[link](https://example.com) ![image](https://example.com/x.png) https://example.com www.example.com",
    "::error::x\n$`a$ :smile: \\`\\|",
    "```\n</details>\n<details>",
  ]) {
    test(`shows ${JSON.stringify(text)} without interpreting it`, () => {
      const page = renderMarkdown(hostile(text), COMMENT_LIMIT);
      const tokens = tokensOf(page);
      const active = tokens.filter(({ type }) => ["html", "link", "image"].includes(type));
      assert.deepEqual(active.length, 1, "only the marker");
      // Mentions and references are found in the finished page, but not in code.
      const prose = tokens.flatMap((token) => (token.type === "text" && !("tokens" in token) ? [token.raw] : []));
      assert.equal(
        prose.some((raw) => /@octocat|#12|:smile:|alert/.test(raw)),
        false,
      );
      assert.equal(page.includes("\u202e") || page.includes("\u001b"), false);
      assert.equal(
        page.split("\n").some((line) => line.startsWith("::")),
        false,
      );
      assert.equal(texts(page, "heading").length, 4, "only its own headings");
    });
  }
});
