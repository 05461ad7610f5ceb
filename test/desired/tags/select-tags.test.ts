import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cpuTime } from "../../support/cpu-time.ts";
import { atOnce } from "../../../src/steps.ts";
import { selectTags, droppedByName, type ListedTag } from "../../../src/desired/tags/select-tags.ts";
import type { TagRule } from "../../../src/desired/tags/tag-rule.ts";
import { accepted, around } from "../mirror-file-in-folder.ts";

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 0, 31);

/** Reads a rule with these keys, for an image on Docker Hub. */
async function rule(keys: string): Promise<TagRule> {
  const { entries } = await accepted(around(`  - { image: node, tags: { ${keys} }, targets: [main] }`));
  const [entry] = entries;
  assert.ok(entry?.kind === "rule");
  return entry.rule;
}

function names(tags: readonly string[]): ListedTag[] {
  return tags.map((name) => ({ name }));
}

/** Returns the kept tags, and the condition that dropped each other tag. */
async function selected(
  keys: string,
  tags: readonly (string | ListedTag)[],
): Promise<[string[], Record<string, string>]> {
  const listed = tags.map((tag) => (typeof tag === "string" ? { name: tag } : tag));
  const { kept, dropped } = selectTags(await rule(keys), listed, NOW);
  return [kept.map(({ name }) => name), Object.fromEntries(atOnce(dropped()).map(({ name, by }) => [name, by]))];
}

describe("a rule", () => {
  test("keeps tags that an expression matches completely, and drops partial matches", async () => {
    assert.deepEqual(await selected('match: "\\\\d+-alpine"', ["22-alpine", "x22-alpine", "22-alpine3", "22"]), [
      ["22-alpine"],
      { "22": "match", "22-alpine3": "match", "x22-alpine": "match" },
    ]);
    assert.deepEqual((await selected('match: ["a|b", "^c$"]', ["a", "ab", "b", "c"]))[0], ["c", "b", "a"]);
  });

  test("drops tags that an expression in exclude matches completely", async () => {
    assert.deepEqual(await selected('match: "1.*", exclude: ["1\\\\.0", ".*-rc"]', ["1.0", "1.0.1", "1.1-rc", "2"]), [
      ["1.0.1"],
      { "1.0": "exclude", "1.1-rc": "exclude", "2": "match" },
    ]);
  });

  test("counts the aliases of a version with newest, unless only full versions count", async () => {
    const tags = ["24.10.3-alpine", "24.10-alpine", "24-alpine", "24.10.2-alpine", "24.9.0-alpine"];
    const rule = 'semver: ">=20", suffix: alpine, newest: 2';
    assert.deepEqual((await selected(rule, tags))[0], ["24.10.3-alpine", "24.10.2-alpine"]);
    const early = tags.filter((tag) => tag !== "24.10.2-alpine");
    assert.deepEqual((await selected(rule, ["24.10.0-alpine", ...early.slice(1)]))[0], [
      "24.10.0-alpine",
      "24.10-alpine",
    ]);
    assert.deepEqual(await selected(`${rule}, full: true`, ["24.10.0-alpine", ...early.slice(1), "19.1-alpine"]), [
      ["24.10.0-alpine", "24.9.0-alpine"],
      { "19.1-alpine": "semver", "24-alpine": "full", "24.10-alpine": "full" },
    ]);
  });

  test("selects versions in a range, by default without a suffix and without prereleases", async () => {
    const tags = ["19", "20", "v22.1", "24.9.9", "25", "22-alpine", "22-rc1", "22-rc1-alpine", "lts"];
    assert.deepEqual(await selected('semver: ">=20 <25"', tags), [
      ["24.9.9", "v22.1", "20"],
      {
        "19": "semver",
        "22-alpine": "suffix",
        "22-rc1": "prerelease",
        "22-rc1-alpine": "suffix",
        "25": "semver",
        lts: "semver",
      },
    ]);
    assert.deepEqual((await selected('semver: ">=20 <25", suffix: alpine', tags))[0], ["22-alpine"]);
    assert.deepEqual((await selected('semver: ">=20 <25", prerelease: true', tags))[0], [
      "24.9.9",
      "v22.1",
      "22-rc1",
      "20",
    ]);
    assert.deepEqual((await selected('semver: ">=20 <25", suffix: alpine, prerelease: true', tags))[0], [
      "22-alpine",
      "22-rc1-alpine",
    ]);
  });

  test("with a range that ends before a version selects none of its prereleases", async () => {
    assert.deepEqual((await selected('semver: "<25", prerelease: true', ["25-rc1", "24"]))[0], ["24"]);
  });

  test("sorts the newest first by version, push or name, and ties by name", async () => {
    const pushed = (name: string, days: number): ListedTag => ({ name, pushed: NOW - days * DAY });
    assert.deepEqual((await selected('semver: "*"', ["1.9", "1.10", "v1.10", "1.10.0"]))[0], [
      "1.10.0",
      "1.10",
      "v1.10",
      "1.9",
    ]);
    assert.deepEqual((await selected('match: ".*", order: name', ["1.9", "1.10", "2"]))[0], ["2", "1.9", "1.10"]);
    const dated = [pushed("b", 2), pushed("c", 1), pushed("a", 2), { name: "never" }];
    assert.deepEqual((await selected('match: ".*", order: pushed', dated))[0], ["c", "a", "b", "never"]);
    assert.deepEqual((await selected('match: ".*", order: semver', ["x", "1", "2", "a"]))[0], ["2", "1", "a", "x"]);
  });

  test("keeps the newest tags among the recent ones", async () => {
    const tags = [1, 2, 3, 40].map((days) => ({ name: `1.${days}`, pushed: NOW - days * DAY }));
    assert.deepEqual(await selected('semver: "1", maxAge: 30d, newest: 2', [...tags, "1.99"]), [
      ["1.3", "1.2"],
      { "1.1": "newest", "1.40": "maxAge", "1.99": "maxAge" },
    ]);
    assert.deepEqual((await selected("maxAge: 48h", tags))[0], ["1.2", "1.1"]);
    assert.deepEqual((await selected("maxAge: 1w", tags))[0], ["1.3", "1.2", "1.1"]);
  });

  test("never selects an invalid tag or a referrer tag", async () => {
    const signature = `sha256-${"a".repeat(64)}`;
    const tags = ["../x", "", `${signature}.sig`, signature, "sha256-1", "ok"];
    const [kept, dropped] = await selected('match: ".*"', tags);
    assert.deepEqual(kept, ["sha256-1", "ok"]);
    assert.deepEqual(dropped, {
      "": "no-tag",
      "../x": "no-tag",
      [`${signature}.sig`]: "referrer",
      [signature]: "referrer",
    });
  });

  test("is fast with expressions that hang a backtracking engine, and with ten thousand tags", async () => {
    const hostile = await rule('match: ["(a+)+b", "(a|a?)+c", "((a*)*)*d"]');
    const tags = names(Array.from({ length: 10_000 }, (_, i) => `${"a".repeat(100)}${i}`));
    // A backtracking engine would not finish even the first tag.
    assert.ok((await cpuTime(() => assert.equal(selectTags(hostile, tags, NOW).kept.length, 0))) < 10_000);
  });
});

describe("laws of a rule", () => {
  const tag = fc.oneof(
    fc.stringMatching(/^v?\d{1,2}(\.\d){0,2}(-(rc\d|alpine|beta))?$/),
    fc.constantFrom("latest", "lts", "edge"),
  );
  const listed = fc.uniqueArray(fc.record({ name: tag, pushed: fc.integer({ min: NOW - 9 * DAY, max: NOW }) }), {
    selector: ({ name }) => name,
    maxLength: 30,
  });
  const keys = fc.constantFrom(
    'match: ".*\\\\d"',
    'semver: ">=2", suffix: alpine',
    'semver: "*", prerelease: true',
    'exclude: "l.*", order: pushed',
    "maxAge: 4d",
  );

  test("the result does not depend on the order of the list", async () => {
    await fc.assert(
      fc.asyncProperty(keys, listed, fc.infiniteStream(fc.nat()), async (made, tags, numbers) => {
        const shuffled = tags.map((each) => ({ each, at: numbers.next().value })).toSorted((a, b) => a.at - b.at);
        const read = await rule(made);
        const other = shuffled.map(({ each }) => each);
        const [one, two] = [selectTags(read, tags, NOW), selectTags(read, other, NOW)];
        assert.deepEqual(two.kept, one.kept);
        assert.deepEqual(atOnce(two.dropped()), atOnce(one.dropped()));
      }),
      { numRuns: 50 },
    );
  });

  test("each tag is either kept or dropped, and the name check drops no tag that the rule keeps", async () => {
    await fc.assert(
      fc.asyncProperty(keys, listed, fc.integer({ min: 1, max: 5 }), async (made, tags, newest) => {
        const read = { ...(await rule(made)), newest };
        const { kept, dropped } = selectTags(read, tags, NOW);
        const all = [...kept, ...atOnce(dropped())].map(({ name }) => name).toSorted();
        assert.deepEqual(all, tags.map(({ name }) => name).toSorted());
        assert.ok(kept.every(({ name }) => droppedByName(read, name) === undefined));
      }),
      { numRuns: 50 },
    );
  });

  test("a smaller limit keeps the first tags of a larger one", async () => {
    await fc.assert(
      fc.asyncProperty(keys, listed, fc.integer({ min: 1, max: 6 }), async (made, tags, newest) => {
        const read = await rule(made);
        const fewer = selectTags({ ...read, newest }, tags, NOW).kept;
        const more = selectTags({ ...read, newest: newest + 1 }, tags, NOW).kept;
        assert.deepEqual(fewer, more.slice(0, newest));
        assert.equal(fewer.length, Math.min(newest, more.length));
      }),
      { numRuns: 50 },
    );
  });
});
