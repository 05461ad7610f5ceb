import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";
import { marked, type Token } from "marked";

import { markerOf } from "../../../src/cli/render/markdown/marker.ts";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../../../src/cli/render/plan-markdown.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, found, image, oci, plan, repository } from "../../plan/state.ts";
import { assertGolden } from "../../support/golden.ts";
import { everything } from "./everything.ts";

/** Returns every token of the page, parsed as GitHub Flavored Markdown. */
function tokensOf(page: string): Token[] {
  const all: Token[] = [];
  void marked.walkTokens(marked.lexer(page, { gfm: true }), (token) => void all.push(token));
  return all;
}

/** Counts the rows of the tables, without those that name a repository. */
function rowsOf(page: string): number {
  const rows = tokensOf(page).flatMap((token) =>
    token.type === "table" ? (token["rows"] as { text: string }[][]) : [],
  );
  return rows.filter(([sign]) => sign?.text !== "").length;
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
  test("has the totals, a table for each target, and blocked and failed rows before deletions and the rest", () => {
    assertGolden(renderMarkdown(everything(), COMMENT_LIMIT), new URL("plan.golden.md", import.meta.url));
  });

  test("starts with a hidden marker that names the mirror file and its targets", () => {
    const [first] = marked.lexer(renderMarkdown(everything(), COMMENT_LIMIT));
    assert.equal(first?.type, "html");
    assert.match(
      first?.raw ?? "",
      /^<!-- mirrorform plan name=platform targets=main,tokyo,berlin actions=[0-9a-f]{64} -->\n/,
    );
  });

  test("has the same marker for the same plan, whatever the remaining pulls", () => {
    const before = everything();
    const later = { ...before, costs: before.costs.map((cost) => ({ ...cost, reading: undefined })) };
    assert.equal(markerOf(later), markerOf(before));
    assert.notEqual(markerOf(many(3)), markerOf(many(4)));
  });

  for (const [what, change] of [
    [
      "the host of a target",
      (made: Plan) => ({ targets: made.targets.map((each) => ({ ...each, registry: "other" })) }),
    ],
    ["a policy of the mirror file", (made: Plan) => ({ inputs: { ...made.inputs, policies: "0".repeat(64) } })],
    ["the mirror file", (made: Plan) => ({ inputs: { ...made.inputs, mirrorFile: "0".repeat(64) } })],
  ] as const) {
    test(`has another marker if ${what} is another, although the changes look the same`, () => {
      const before = many(3);
      assert.notEqual(markerOf({ ...before, ...change(before) }), markerOf(before));
    });
  }

  test("has another marker, and shows both digests whole, if only the end of a digest is another", () => {
    const before = many(3);
    const change = (from: string, to: string): Plan => JSON.parse(JSON.stringify(before).replaceAll(from, to)) as Plan;
    const copy = actionsOf(before).find((action) => action.kind === "copy-image");
    assert.ok(copy !== undefined);
    const alike = copy.digest.replace(/.$/, copy.digest.endsWith("0") ? "1" : "0");
    assert.notEqual(markerOf(change(copy.digest, alike)), markerOf(before));
    const moved = change('"precondition":null', `"precondition":"${alike}"`);
    assert.ok(renderMarkdown(moved, COMMENT_LIMIT).includes(`${alike} -\\> ${copy.digest}`));
  });

  test("explains its signs, names each target beside its host, and counts the rows of each", () => {
    const page = renderMarkdown(everything(), COMMENT_LIMIT);
    assert.match(page, /^Signs: \+ create, .* \\\* for information, = locked\.$/m);
    assert.match(
      page,
      /^#### main \(123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com\)\n\n6 to create, 12 to change/m,
    );
    assert.match(page, /^#### tokyo \(.*\)\n\nNo changes\.$/m);
  });

  test("folds the rows of a long table", () => {
    const page = renderMarkdown(many(50), COMMENT_LIMIT);
    const [open = "", folded = ""] = page.split("<details><summary>10 more rows</summary>");
    assert.equal(rowsOf(open), 40);
    assert.equal(rowsOf(folded), 10);
    assert.ok(folded.includes("\n</details>\n"));
  });

  test("folds the rows of later tables sooner, so that a page opens with some 40 rows", () => {
    const made = many(34);
    const targets = Array.from({ length: 4 }, (_, i) =>
      made.targets.map((each) => ({ ...each, name: `t${i}` })),
    ).flat();
    const page = renderMarkdown({ ...made, targets }, COMMENT_LIMIT);
    const open = page.replaceAll(/<details>[^]*?<\/details>/g, "");
    assert.equal(rowsOf(open), 34 + 6 + 5 + 5);
    assert.equal(rowsOf(page), 4 * 34);
  });

  test("that is too long has the totals and the first rows of each target", () => {
    const made = many(2000);
    const [target] = made.targets;
    assert.ok(target !== undefined);
    const small = { ...target, name: "small", registry: "small.example.com", rows: target.rows.slice(0, 3) };
    const page = renderMarkdown({ ...made, targets: [target, { ...target, name: "second" }, small] }, COMMENT_LIMIT);
    assert.ok(Buffer.byteLength(page) <= COMMENT_LIMIT);
    const [, first = "", second = "", third = ""] = page.split(/^#### /m);
    assert.match(first, /^main .*\n\n2000 to create\.\n/);
    assert.match(second, /^second .*\n\n2000 to create\.\n/);
    assert.match(third, /^small .*\n\n3 to create\.\n/);
    assert.equal(rowsOf(third), 3);
    assert.ok(Math.abs(rowsOf(first) - rowsOf(second)) <= 1, "equal shares");
    assert.ok(rowsOf(first) > 200);
  });

  test("omits a row that is too long for it, and shows those after it", () => {
    const made = many(3);
    const long = { code: "DENIED" as const, side: "source" as const, operation: "read", message: "x ".repeat(200) };
    const rows = Array.from({ length: 3 }, (_, i) => ({
      kind: "failed-image" as const,
      reason: "unresolved" as const,
      target: "main",
      repository: i === 0 ? "r".repeat(255) : "redis",
      tag: i === 0 ? "t".repeat(128) : `${i}`,
      source: "docker.io/library/redis:1",
      order: i,
      error: i === 0 ? long : { ...long, message: "no" },
    }));
    const page = renderMarkdown({ ...made, targets: made.targets.map((each) => ({ ...each, rows })) }, 1100);
    assert.ok(Buffer.byteLength(page) <= 1100);
    assert.equal(rowsOf(page), 2);
    assert.match(page, /and 1 more row\./);
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
      const rest = Number(/and (\d+) more rows/.exec(page)?.[1]);
      assert.equal(rowsOf(page) + rest, count);
      assert.equal(page.split(`${count} to create`).length, 3, "in the headline and below it");
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
    assert.match(page, /and 2980 more targets with 0 rows/);
    assert.match(page, /and \d+ more rows/);
    const marker = (names: typeof targets): string => markerOf({ ...made, targets: names }).split(" actions=")[0] ?? "";
    assert.equal(marker(targets), page.split(" actions=")[0]);
    assert.notEqual(marker(targets), marker(targets.slice(1)));
  });

  test("law: is never longer than its limit, and shows or counts every row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2_000, max: 30_000 }), (count, limit) => {
        const page = renderMarkdown(many(count), limit);
        assert.ok(Buffer.byteLength(page) <= limit);
        assert.equal(rowsOf(page) + Number(/and (\d+) more row/.exec(page)?.[1] ?? 0), count);
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
      assert.equal(texts(page, "heading").length, 1, "only its own heading");
    });
  }
});
