import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { backedUpTag, backedUpTagOf, backupNames, fillBackup } from "../../../src/desired/entries/backup-template.ts";
import { entryTemplates } from "../../../src/desired/tags/tag-template.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

const DIGEST = digestOf(Buffer.from("old"));
const FACTS = { tag: "7.2", date: "20260131", digest: DIGEST };

describe("the template of a backup tag", () => {
  test("is filled with the tag, the date and 12 digits of the old image's digest", () => {
    assert.equal(fillBackup("{tag}-{date}-{digest}", FACTS), `7.2-20260131-${DIGEST.slice(7, 19)}`);
  });

  test("recovers the tag from a backup tag, for any date, digest and number", () => {
    const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/);
    const literal = fc.stringMatching(/^[a-z0-9-]{0,4}$/);
    const middle = fc.constantFrom("{date}", "{digest}", "{date}{digest}", "");
    fc.assert(
      fc.property(tag, literal, literal, middle, fc.nat({ max: 98 }), (name, before, after, rest, number) => {
        const template = `${before}{tag}${after}${rest}`;
        const made = backupNames(template, { ...FACTS, tag: name })[number] ?? "";
        assert.notEqual(backedUpTagOf(template, made), undefined);
        if (number === 0) assert.equal(backedUpTag(template, made), name);
      }),
    );
  });

  test("does not match tags of another form", () => {
    for (const other of [
      "7.2",
      "-before-20260131",
      "7.2-before-2026013x",
      "7.2-after-20260131",
      "7.2-before-20260131x",
    ]) {
      assert.equal(backedUpTagOf("{tag}-before-{date}", other), undefined, other);
    }
    assert.equal(backedUpTag("old-{digest}", `old-${DIGEST.slice(7, 19)}`), "");
  });
});

const entry = (backup: string, more = "") => around(`  - { image: redis:7, replace: { backup: "${backup}" }${more} }`);

describe("a mirror file is invalid if its backup tag", () => {
  const CASES: readonly (readonly [string, string, RegExp])[] = [
    [
      "has an unknown placeholder",
      entry("{tag}-{day}"),
      /^INVALID_FILE 8:\d+ "\{day\}" is not a placeholder for backup tags/,
    ],
    ["has an unmatched brace", entry("{tag}-{"), /has an unmatched brace/],
    ["is the same for every tag", entry("old-{date}"), /gives every tag the same backup tag/],
    ["contains the tag twice", entry("{tag}{tag}"), /contains \{tag\} more than once/],
    ["is not a valid tag", entry("-{tag}"), /"-7" is not a valid tag/],
    ["is too long", entry(`{tag}${"x".repeat(128)}`), /is not a valid tag/],
    ["is the tag itself", entry("{tag}"), /a backup tag could be "7", which is the tag of the image on line 8/],
    [
      "is the tag of another image",
      `${entry("{tag}-before-{date}")}  - { image: redis:6, to: "redis:7-before-20200101" }\n`,
      /could be "7-before-20200101", which is the tag of the image on line 9/,
    ],
  ];
  for (const [what, file, message] of CASES) {
    test(what, async () => {
      const problems = await refusedAs(file.replace(/\n\n/g, "\n"));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", message);
    });
  }

  test("but not if the other image's tag belongs to another tag or repository, or has another form", async () => {
    await accepted(`${entry("{tag}-before-{date}")}  - { image: redis:6, to: "redis:8-before-20200101" }
  - { image: redis:6, to: "other:7-before-20200101" }
  - { image: redis:6, to: "redis:7-before-2020" }
`);
  });
});

describe("prune", () => {
  test("uses the entry's template, only at its ECR targets", async () => {
    const rule = "  - { image: redis, tags: { newest: 2 }, prune: true }";
    const list = '  - { image: node, tags: [a, b], to: "hub/{name}:{tag}", prune: true }';
    const { entries } = await accepted(around(`${list}\n${rule}`));
    assert.deepEqual(entryTemplates(entries), [
      { targets: ["main"], repository: "hub/node", tag: "{tag}" },
      { targets: ["main"], repository: "redis", tag: "{tag}" },
    ]);
  });

  test("is an error without an ECR target", async () => {
    const problems = await refusedAs(around("  - { image: node, targets: [other], prune: true }"));
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^INVALID_FILE 8:\d+ "prune" requires an ecr target, and this entry has none/);
  });

  test("accepts one or more RE2 expressions in `pruneTags`", async () => {
    const file = (value: string) => around(`  - { image: node, repositories: { pruneTags: ${value} } }`);
    const read = async (value: string) => (await accepted(file(value))).entries[0]?.targets[0]?.settings.pruneTags;
    assert.deepEqual(await read("[tmp-.*, 1.10]"), ["tmp-.*", "1.10"]);
    assert.deepEqual(await read("tmp-.*"), ["tmp-.*"]);
    for (const bad of ['"("', '"(?=a)"', '"(((a{1000}){1000}){1000})"']) {
      assert.match(
        (await refusedAs(file(bad))).join("\n"),
        /^INVALID_FILE 8:\d+ invalid regular expression: .*RE2/,
        bad,
      );
    }
  });

  test("refuses `pruneTags` that match only signatures, because they are deleted with their image", async () => {
    const file = (value: string) => around(`  - { image: node, repositories: { pruneTags: '${value}' } }`);
    const literal = `sha256-${"1".repeat(64)}`;
    for (const bad of [
      "sha256-.*",
      "sha256-[0-9a-f]{64}",
      "sha256-.*[.]sig",
      "tmp-.*|sha256-.*",
      literal,
      `${literal}\\.sig`,
    ]) {
      assert.match(
        (await refusedAs(file(bad))).join("\n"),
        /^INVALID_FILE 8:\d+ pruneTags has no effect on tags such as sha256-….sig/,
        bad,
      );
    }
    for (const good of [".*", "[a-z0-9-]+", ".*[.]sig", "sha-.*", "sha256-test"]) await accepted(file(good));
  });
});
