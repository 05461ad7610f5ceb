import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { selectSteps, selectTags } from "../../../src/desired/tags/select-tags.ts";
import { expandRules } from "../../../src/desired/tags/expand-rules.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

/** Returns the problems of a rule as `line:column message (hint)`. The entry is on line 8. */
async function problemsOf(keys: string, more = "", image = "node"): Promise<string[]> {
  const problems = await refusedAs(around(`  - { image: ${image}, tags: { ${keys} }, targets: [main]${more} }`));
  return problems.map((line) => line.replace(/^INVALID_FILE /, ""));
}

test("accepts rules by date for images in ECR", async () => {
  const image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app";
  const file = await accepted(around(`  - { image: ${image}, tags: { order: pushed, maxAge: 9d, newest: 1 } }`));
  assert.equal(file.entries[0]?.kind, "rule");
});

describe("refuses, with a position, a rule with", () => {
  const cases: [string, string, RegExp][] = [
    ["an invalid expression", 'match: "["', /^8:35 invalid regular expression: missing closing \]/],
    [
      "one invalid expression in a list",
      'exclude: [a, "(?=b)"]',
      /^8:41 invalid regular expression: .* \(use RE2 syntax, which has no lookaround/,
    ],
    ["an expression with huge counts", 'match: "((a{100}){100}){100}"', /invalid repeat count/],
    ["an invalid range", 'semver: "20 or so"', /^8:36 "20 or so" is not a valid version range \(write it as in npm/],
    [
      "an empty range",
      'semver: ">=20 <19"',
      /^8:36 no version satisfies ">=20 <19" \(write \|\| .*; no version is both >=20\.0\.0 and <19\.0\.0\)/,
    ],
    [
      "two empty ranges",
      'semver: ">25 <20 || >3 <2"',
      /write \|\| between alternatives; no version is both >=26\.0\.0 and <20\.0\.0/,
    ],
    ["a range between two adjacent versions", 'semver: ">1.2.3 <1.2.4"', /no version satisfies .*must all match/],
    ["an expression that is too large", 'match: "(a{1000}){1000}"', /nested counts multiply/],
    ["a suffix without a range", "match: a, suffix: alpine", /^8:38 "suffix" requires "semver"/],
    ["prereleases without a range", "match: a, prerelease: true", /"prerelease" requires "semver"/],
    ["full versions without a range", "match: a, full: true", /"full" requires "semver"/],
    [
      "a dash before the suffix",
      'semver: "1", suffix: -alpine',
      /^8:49 "-alpine" is not a valid suffix \(write the part after the "-"/,
    ],
    ["no condition", "allowEmpty: true", /^8:20 this rule would select every .* tag .* write match: "\.\*"\)$/],
    ["only an order", "order: name", /would select every current and future tag/],
    ["an invalid age", "maxAge: 3 months", /hours, days or weeks/],
    ["a limit of 0", "newest: 0", /^8:36 expected 1 or more/],
  ];
  for (const [what, keys, expected] of cases) {
    test(what, async () => {
      const problems = await problemsOf(keys);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", expected);
    });
  }

  test("dates, if the source does not report them", async () => {
    const hint = "use semver or match instead; only Docker Hub and Amazon ECR report push dates";
    assert.deepEqual(await problemsOf("match: a, order: pushed, maxAge: 9d", "", "ghcr.io/a/b"), [
      `8:52 "ghcr.io" does not report when a tag was pushed (${hint})`,
      `8:68 "ghcr.io" does not report when a tag was pushed (${hint})`,
    ]);
  });

  test("a tag or a digest in the image", async () => {
    assert.match(
      (await problemsOf("match: a", "", '"node:22"')).join(),
      /"tags" is not allowed here: "image" already has a tag/,
    );
    const pinned = `"node@sha256:${"0".repeat(64)}"`;
    assert.match((await problemsOf("match: a", "", pinned)).join(), /"image" already has a digest/);
  });

  test("the same destination for every tag", async () => {
    assert.deepEqual(await problemsOf("match: a", ", to: node:latest"), [
      '8:61 all tags selected by this rule would go to the same tag (add {tag} to "to", or omit the tag there to keep the source\'s tag)',
    ]);
  });

  test("a destination that is invalid for every tag", async () => {
    assert.match((await problemsOf("match: a", ', to: "Node:{tag}"')).join(), /"Node" is not a valid repository name/);
    assert.match((await problemsOf("match: a", ', to: "node:-{tag}"')).join(), /"-0" is not a valid tag/);
  });

  test("other repository settings than another entry", async () => {
    const problems = await refusedAs(
      around(`  - { image: redis:7, to: one:redis, targets: [main] }
  - { image: node, tags: { match: a }, to: "one:{tag}", targets: [main], repositories: { scanOnPush: false } }`),
    );
    assert.match(problems.join(), /9:74 settings of repository "one" differ from those on line 8: scanOnPush/);
  });
});

test("reports all problems of a rule in one run", async () => {
  const keys = 'match: "[", exclude: "(", semver: x.y, prerelease: true, order: pushed';
  const problems = await problemsOf(keys, "", "ghcr.io/a/b");
  assert.equal(problems.length, 4, problems.join("\n"));
});

test("expands variables in an expression", async () => {
  const { entries } = await accepted(
    around('  - { image: node, tags: { match: "${MIRRORFORM_VAR_MAJOR}\\\\.\\\\d{2}" }, targets: [main] }'),
    { environment: { MIRRORFORM_VAR_MAJOR: "22" } },
  );
  const [entry] = entries;
  assert.ok(entry?.kind === "rule");
  assert.deepEqual(selectTags(entry.rule, [{ name: "22.10" }, { name: "2.10" }], 0).kept, [{ name: "22.10" }]);
});

test("law: the order of entries affects only priority", async () => {
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
  /** Formats every image without its line, and counts the errors of each entry. */
  const meaning = async (order: readonly number[]): Promise<{ images: string[]; errors: string[] }> => {
    const file = await accepted(around(order.map((i) => `  - ${entries[i]}`).join("\n")));
    const expanded = expandRules(file.entries, ({ rule }) => selectSteps(rule, listed, 0));
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
