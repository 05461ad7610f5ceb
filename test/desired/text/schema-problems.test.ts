import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { around, refusedAs } from "../mirror-file-in-folder.ts";

/** A file's parts around one that is wrong; the wrong part begins in line 3. */
const TARGETS = "targets: { main: { ecr: {} } }\n";
const MIRRORS = "mirrors: [{ image: node }]\n";
const HEAD = "version: 1\nname: example\n";

/** Expects one problem, at the place that » marks. The expected text begins with the code, and has no place. */
async function one(marked: string, expected: string | RegExp): Promise<void> {
  const before = marked.slice(0, marked.indexOf("»")).split("\n");
  assert.ok(marked.includes("»"), "the place is not marked");
  const place = ` ${before.length}:${(before.at(-1) ?? "").length + 1} `;
  const problems = await refusedAs(marked.replace("»", ""));
  assert.equal(problems.length, 1, problems.join("\n"));
  const [placed = ""] = problems;
  assert.ok(placed.includes(place), `${placed} is not at${place}`);
  const problem = placed.replace(place, " ");
  if (typeof expected === "string") assert.equal(problem, expected);
  else assert.match(problem, expected);
}

describe("YAML that is refused", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["a syntax error", "name: [1\n»", /^YAML_SYNTAX this is not valid YAML: /],
    ["a key that is there twice", "name: a\n# between\n»name: b\n", /^YAML_SYNTAX the key "name" .* line 1$/],
    ["an anchor", "name: »&a b\n", /^YAML_SYNTAX anchors /],
    ["an alias", "name: »*a\n", /^YAML_SYNTAX aliases /],
    ["a tag of YAML", "name: »!!str b\n", /^YAML_SYNTAX YAML tags /],
    ["a second document", "name: a\n---\n»name: b\n", /^YAML_SYNTAX .*second one/],
    ["a key that is a map", "? »{ a: b }\n: c\n", /^YAML_SYNTAX a key must be a text/],
    ["nesting without end", `${"[".repeat(19)}»${"[".repeat(5000)}`, /^YAML_SYNTAX .*nesting/],
    ["a variable in a flow map without quotes", "a: { b: $»{AWS_REGION} }\n", /needs quotes here/],
    ["a placeholder at the beginning without quotes", "to: {name}»:{tag}\n", /needs quotes here/],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));

  test("every duplicate key is told at once", async () => {
    assert.equal((await refusedAs("a: 1\na: 2\nb: 1\nb: 2\n")).length, 2);
  });
});

describe("a file of the wrong form", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    ["no map at all", "»just text\n", 'INVALID_FILE expected a map, but this is "just text"'],
    [
      "an unknown key",
      `${HEAD}»taget: x\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE unknown key "taget" \(did you mean "targets"\?\)$/,
    ],
    ["a missing key", `»${HEAD}${TARGETS}`, 'INVALID_FILE the file has no "mirrors"'],
    ["a missing image", `${HEAD}${TARGETS}mirrors:\n  - »to: x\n`, 'INVALID_FILE this entry has no "image"'],
    ["another version", `version: »2\nname: example\n${TARGETS}${MIRRORS}`, 'INVALID_FILE expected 1, but this is "2"'],
    [
      "a version in quotes",
      `version: »"1"\nname: example\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected a whole number/,
    ],
    [
      "a name with capitals",
      `version: 1\nname: »Example\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected lower-case letters/,
    ],
    [
      "a name that is too long",
      `version: 1\nname: »${"x".repeat(64)}\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE .*63 characters/,
    ],
    ["a target that is no kind", `${HEAD}targets: { »main: {} }\n${MIRRORS}`, /^INVALID_FILE .*has none/],
    [
      "a target of two kinds",
      `${HEAD}targets: { »main: { ecr: {}, oci: "https://x" } }\n${MIRRORS}`,
      /^INVALID_FILE .*has more than one/,
    ],
    ["no targets", `${HEAD}targets: »{}\n${MIRRORS}`, 'INVALID_FILE "targets" is empty'],
    [
      "a target's name",
      `${HEAD}targets: { »Main_1: { ecr: {} } }\n${MIRRORS}`,
      /^INVALID_FILE "Main_1" is no name here/,
    ],
    [
      "a Region that is part of another host",
      `${HEAD}targets: { main: { ecr: { region: »"x.evil.com/" } } }\n${MIRRORS}`,
      /^INVALID_FILE expected an AWS Region/,
    ],
    [
      "an account that lost a digit",
      `${HEAD}targets: { main: { ecr: { account: »12345678901 } } }\n${MIRRORS}`,
      /^INVALID_FILE expected the 12 digits/,
    ],
    [
      "a boolean in other words",
      `${HEAD}repositories: { scanOnPush: »yes }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected true or false, but this is "yes"',
    ],
    [
      "a number in hexadecimal",
      `${HEAD}sources: { docker.io: { concurrency: »0x10 } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected a whole number.*"0x10"$/,
    ],
    [
      "a number out of bounds",
      `${HEAD}sources: { docker.io: { concurrency: »0 } }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected 1 or more, but this is "0"',
    ],
    [
      "a word that is not offered",
      `${HEAD}repositories: { tagMutability: »IMMUTABEL }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected MUTABLE or IMMUTABLE.*\(did you mean "IMMUTABLE"\?\)$/,
    ],
    [
      "a list where a text is expected",
      `${HEAD}repositories: { encryption: »[KMS] }\n${TARGETS}${MIRRORS}`,
      "INVALID_FILE expected a text or a map, but this is a list",
    ],
    [
      "too many exceptions",
      `${HEAD}repositories: { tagMutability: { default: IMMUTABLE, except: »[a, b, c, d, e, f] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE at most 5/,
    ],
    [
      "the owner's mark as a resource tag",
      `${HEAD}repositories: { tags: { »mirrorform: me } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "mirrorform" is no name here/,
    ],
    [
      "a resource tag of AWS",
      `${HEAD}repositories: { tags: { »"AWS:x": me } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE /,
    ],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));

  test("the keys that JavaScript objects have of themselves are unknown keys like any other", async () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      await one(`${HEAD}»${key}: { x: y }\n${TARGETS}${MIRRORS}`, new RegExp(`^INVALID_FILE unknown key "${key}"`));
      await one(around(`  - { image: node, »${key}: x }`), new RegExp(`^INVALID_FILE unknown key "${key}"`));
    }
  });
});

describe("a file of the wrong meaning", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    ["a bad reference", "  - image: »Ruby:2.7", /^INVALID_REFERENCE .*lower case/],
    ["a bad digest", "  - image: »redis@sha256:12", /^INVALID_REFERENCE .*not a valid digest/],
    ["a bad tag in a list", '  - { image: redis, tags: [7, »"a b"] }', /^INVALID_REFERENCE "a b" is no tag/],
    ["tags beside a tag", "  - { image: redis:7, »tags: [8] }", /^INVALID_FILE the image already has a tag/],
    ["an empty list of tags", "  - { image: redis, tags: »[] }", 'INVALID_FILE "tags" is empty'],
    [
      "a digest without a tag in `to`",
      `  - { image: "redis@sha256:${"0".repeat(64)}", to: »x }`,
      /^INVALID_FILE an image by digest alone has no tag/,
    ],
    [
      "an unknown placeholder",
      "  - { image: redis, to: »'x/{nmae}' }",
      /^INVALID_FILE "\{nmae\}" is no placeholder \(did you mean "name"\?\)/,
    ],
    ["half a placeholder", "  - { image: redis, to: »'x/{name' }", /^INVALID_FILE a brace /],
    [
      "a namespace that is not there",
      "  - { image: quay.io/pause, to: »'{namespace}/x' }",
      /^INVALID_FILE \{namespace\} has no value/,
    ],
    ["an empty tag", "  - { image: redis, to: »'x:' }", /^INVALID_FILE .*no tag after its colon/],
    [
      "a repository with capitals",
      "  - { image: redis, to: »Redis }",
      /^INVALID_FILE "Redis" is no name for a repository/,
    ],
    [
      "a repository with a port in it",
      "  - { image: 'localhost:5000/a', to: »'{registry}/a' }",
      /^INVALID_FILE "localhost:5000\/a" is no name/,
    ],
    [
      "a repository of one character",
      "  - { image: redis, to: »r, targets: [main] }",
      /^INVALID_FILE .*at least 2 characters/,
    ],
    ["a tag that is none", "  - { image: redis, to: »'xx:-a' }", /^INVALID_FILE "-a" is no tag/],
    ["a fixed tag for several", "  - { image: redis, tags: [7, 8], to: »'xx:one' }", /^INVALID_FILE all 2 tags /],
    [
      "an unknown target",
      "  - { image: redis, targets: [»mian] }",
      /^INVALID_FILE there is no target "mian" \(did you mean "main"\?\)$/,
    ],
    [
      "a target named twice",
      "  - { image: redis, targets: [main, »main] }",
      /^INVALID_FILE the target "main" is named twice$/,
    ],
  ];
  for (const [what, mirrors, expected] of cases) test(what, () => one(around(mirrors), expected));

  test("settings of repositories at a target that has none", () =>
    one(
      `${HEAD}targets: { main: { oci: "https://x", »repositories: {} } }\n${MIRRORS}`,
      /^INVALID_FILE only an ecr target/,
    ));

  test("a source whose key is no registry", () =>
    one(`${HEAD}sources: { »"https://docker.io": {} }\n${TARGETS}${MIRRORS}`, /^INVALID_FILE .*no registry host/));

  for (const host of ["registry.example.com:65536", "[:::::]"]) {
    test(`an image of ${host}, which can be no host`, () =>
      one(around(`  - { image: »"${host}/app:1" }`), /^INVALID_REFERENCE .*not a valid registry host/));

    test(`a source ${host}, which can be no host`, () =>
      one(`${HEAD}sources: { »"${host}": {} }\n${TARGETS}${MIRRORS}`, /^INVALID_FILE .*no registry host/));
  }

  test("an alternate that is the source itself", () =>
    one(
      `${HEAD}sources: { docker.io: { alternates: [{ registry: »registry-1.docker.io }] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "registry-1.docker.io" is the source itself/,
    ));

  test("an alternate that counts pulls", () =>
    one(
      `${HEAD}sources: { ghcr.io: { alternates: [{ registry: »docker.io/team }] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "docker.io\/team" counts pulls/,
    ));

  test("two names of one source", () =>
    one(
      `${HEAD}sources:\n  docker.io: {}\n  »index.docker.io: {}\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE .*same registry as "docker.io" in line 4$/,
    ));
});

describe("an address of a registry", () => {
  const addresses = [
    "ftp://x",
    "registry.example.com",
    "https://",
    "https://user:secret@x",
    "https://x?a=b",
    "https://x#a",
    "https://x/a/../b",
    "https://x\\evil.com",
    "https://1.2",
    "https://x:99999",
    "https://x/Team",
    "HTTPS://x",
    "https:/x",
    "https://ex ample.com",
  ];
  for (const address of addresses) {
    test(`cannot be ${address}`, async () => {
      const problems = await refusedAs(`${HEAD}targets: { main: { oci: '${address}' } }\n${MIRRORS}`);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /^INVALID_FILE 3:25 /);
      assert.doesNotMatch(problems[0] ?? "", /secret/);
    });
  }

  test("of a source has no path", () =>
    one(
      `${HEAD}sources: { docker.io: { endpoint: »"https://x/y" } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE an endpoint has no path/,
    ));
});

test("what is wrong in form and in meaning is told in one run, in the order of the file", async () => {
  const problems = await refusedAs(
    around(
      '  - { image: Redis, platfrom: x }\n  - { image: node, to: "{nmae}", refresh: allways }\n  - text\n  - { tags: ["a b"] }',
    ),
  );
  assert.deepEqual(
    problems.map((problem) => problem.split(" ").slice(0, 2).join(" ")),
    [
      "INVALID_REFERENCE 8:14",
      "INVALID_FILE 8:21",
      "INVALID_FILE 9:24",
      "INVALID_FILE 9:43",
      "INVALID_FILE 10:5",
      "INVALID_FILE 11:5",
      "INVALID_REFERENCE 11:14",
    ],
  );
});

test("a target that is not sound is still a name that entries may use", () =>
  one(
    `${HEAD}targets: { main: { ecr: { region: »x } } }\nmirrors: [{ image: node, targets: [main] }]\n`,
    /^INVALID_FILE expected an AWS Region/,
  ));

test("alternates that are no list of maps are told at their place, as any other mistake", async () => {
  const around = (alternates: string): string =>
    `${HEAD}${TARGETS}sources: { docker.io: { alternates: ${alternates} } }\n${MIRRORS}`;
  for (const wrong of ['[»"public.ecr.aws/docker"]', "»5", "[{ registry: »5 }]", "[»{ only: [a] }]"]) {
    await one(around(wrong), /^INVALID_FILE /);
  }
});
