import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { selectTags } from "../../../src/desired/tags/select-tags.ts";
import { expandRules } from "../../../src/desired/tags/expand-rules.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

/** What is wrong with a rule for an image, as `line:column message (hint)`; the entry is in line 8. */
async function wrong(keys: string, more = "", image = "node"): Promise<string[]> {
  const told = await refusedAs(around(`  - { image: ${image}, tags: { ${keys} }, targets: [main]${more} }`));
  return told.map((line) => line.replace(/^INVALID_FILE /, ""));
}

test("dates are there for images of an ECR", async () => {
  const image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app";
  const file = await accepted(around(`  - { image: ${image}, tags: { order: pushed, maxAge: 9d, newest: 1 } }`));
  assert.equal(file.entries[0]?.kind, "rule");
});

describe("a rule that means nothing is refused at its place:", () => {
  const cases: [string, string, RegExp][] = [
    [
      "an expression that is none",
      'match: "["',
      /^8:35 this is no regular expression that can be used: missing closing \]/,
    ],
    [
      "one of several",
      'exclude: [a, "(?=b)"]',
      /^8:41 this is no regular .* \(the syntax is RE2's, without look-around/,
    ],
    ["an expression of a size to fear", 'match: "((a{100}){100}){100}"', /invalid repeat count/],
    ["a range that is none", 'semver: "20 or so"', /^8:36 "20 or so" is no range of versions \(write it as for npm/],
    [
      "a range that is empty",
      'semver: ">=20 <19"',
      /^8:36 no version can be in ">=20 <19" \(nothing is both >=20\.0\.0 and <19\.0\.0/,
    ],
    [
      "ranges that are empty, both",
      'semver: ">25 <20 || >3 <2"',
      /nothing is both >=26\.0\.0 and <20\.0\.0; .* write \|\|/,
    ],
    ["a range between two neighbours", 'semver: ">1.2.3 <1.2.4"', /no version can be in .*must all hold/],
    ["an expression that would be huge", 'match: "(a{1000}){1000}"', /counted repeats multiply: /],
    ["a suffix without a range", "match: a, suffix: alpine", /^8:38 "suffix" is a part of "semver", and there is none/],
    ["prereleases without a range", "match: a, prerelease: true", /"prerelease" is a part of "semver"/],
    [
      "a suffix with its dash",
      'semver: "1", suffix: -alpine',
      /^8:49 no tag ends in "-" and "-alpine" \(the "-" before it/,
    ],
    ["no choice at all", "allowEmpty: true", /^8:20 this rule would choose every tag .* write match: "\.\*"\)$/],
    ["an order alone", "order: name", /would choose every tag/],
    ["an age that is none", "maxAge: 3 months", /hours, days or weeks/],
    ["no number", "newest: 0", /^8:36 expected 1 or more/],
  ];
  for (const [what, keys, expected] of cases) {
    test(what, async () => {
      const told = await wrong(keys);
      assert.equal(told.length, 1, told.join("\n"));
      assert.match(told[0] ?? "", expected);
    });
  }

  test("dates, where the source gives none", async () => {
    assert.deepEqual(await wrong("match: a, order: pushed, maxAge: 9d", "", "ghcr.io/a/b"), [
      '8:52 "ghcr.io" does not say when a tag was pushed (only Docker Hub\'s catalogue and Amazon ECR do; choose with semver or match here)',
      '8:68 "ghcr.io" does not say when a tag was pushed (only Docker Hub\'s catalogue and Amazon ECR do; choose with semver or match here)',
    ]);
  });

  test("a tag or a digest beside it", async () => {
    assert.match(
      (await wrong("match: a", "", '"node:22"')).join(),
      /the image already has a tag, so it cannot have "tags" too/,
    );
    const pinned = `"node@sha256:${"0".repeat(64)}"`;
    assert.match((await wrong("match: a", "", pinned)).join(), /the image already has a digest/);
  });

  test("a place that is the same for every tag", async () => {
    assert.deepEqual(await wrong("match: a", ", to: node:latest"), [
      '8:61 all tags that the rule chooses would go to one tag (put {tag} into "to", or leave the tag out: it is kept then)',
    ]);
  });

  test("a place that no tag makes a name of", async () => {
    assert.match((await wrong("match: a", ', to: "Node:{tag}"')).join(), /"Node" is no name for a repository/);
    assert.match((await wrong("match: a", ', to: "node:-{tag}"')).join(), /"-0" is no tag/);
  });

  test("a repository that another entry sets up otherwise", async () => {
    const told = await refusedAs(
      around(`  - { image: redis:7, to: one:redis, targets: [main] }
  - { image: node, tags: { match: a }, to: "one:{tag}", targets: [main], repositories: { scanOnPush: false } }`),
    );
    assert.match(told.join(), /9:74 the repository "one" is set up differently by the entry in line 8: scanOnPush/);
  });
});

test("all that is wrong with a rule is told in one run", async () => {
  const told = await wrong('match: "[", exclude: "(", semver: x.y, prerelease: true, order: pushed', "", "ghcr.io/a/b");
  assert.equal(told.length, 4, told.join("\n"));
});

test("an expression with a variable is read with its value", async () => {
  const { entries } = await accepted(
    around('  - { image: node, tags: { match: "${MIRRORFORM_VAR_MAJOR}\\\\.\\\\d{2}" }, targets: [main] }'),
    { environment: { MIRRORFORM_VAR_MAJOR: "22" } },
  );
  const [entry] = entries;
  assert.ok(entry?.kind === "rule");
  assert.deepEqual(selectTags(entry.rule, [{ name: "22.10" }, { name: "2.10" }], 0).kept, [{ name: "22.10" }]);
});

test("law: the order of entries decides about priority, and about nothing else", async () => {
  const entries = [
    "{ image: node, tags: [1, 2], targets: [main] }",
    '{ image: node, tags: { match: "\\\\d" }, targets: [main] }',
    '{ image: redis, tags: { match: "[12]" }, to: "node:{tag}", targets: [main] }',
    '{ image: redis, tags: { match: "[345]" }, to: "xx:{tag}", targets: [main, other] }',
    '{ image: node, tags: { match: "5" }, to: "xx:{tag}", targets: [other] }',
    '{ image: redis, tags: { match: "4" }, to: "xx:{tag}", refresh: missing, targets: [main] }',
    '{ image: redis, tags: { match: "3" }, to: "xx:{tag}" }',
  ];
  const listed = ["1", "2", "3", "4", "5"].map((name) => ({ name }));
  /** Every image with the entries' lines left out, every error with the entry that it is of. */
  const meaning = async (order: readonly number[]): Promise<{ images: string[]; errors: string[] }> => {
    const file = await accepted(around(order.map((i) => `  - ${entries[i]}`).join("\n")));
    const expanded = expandRules(file.entries, ({ rule }) => selectTags(rule, listed, 0));
    const images = expanded.flatMap((each) => each.images);
    assert.deepEqual(
      images.map((image) => image.order),
      [...images.keys()],
    );
    return {
      images: images
        .map(
          ({ target, source, repository, tag, refresh }) =>
            `${target} ${source.repository}:${source.tag} ${repository}:${tag} ${refresh}`,
        )
        .toSorted(),
      errors: expanded
        .flatMap(({ errors }, place) => (errors.length > 0 ? [`${order[place]} ${errors.length}`] : []))
        .toSorted(),
    };
  };
  const expected = await meaning([...entries.keys()]);
  assert.deepEqual(expected.images, [
    "main library/node:1 node:1 always",
    "main library/node:2 node:2 always",
    "main library/node:3 node:3 always",
    "main library/node:4 node:4 always",
    "main library/node:5 node:5 always",
    "main library/redis:3 xx:3 always",
    "main library/redis:5 xx:5 always",
    "other library/redis:3 xx:3 always",
    "other library/redis:4 xx:4 always",
  ]);
  assert.deepEqual(expected.errors, ["2 2", "3 2", "4 1", "5 1"]);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...entries.keys()], { minLength: entries.length }), async (order) => {
      assert.deepEqual(await meaning(order), expected);
    }),
    { numRuns: 30 },
  );
});
