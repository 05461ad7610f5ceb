import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { around, one, refusedAs } from "../mirror-file-in-folder.ts";

/** Valid parts of a file. The invalid part starts on line 3. */
const TARGETS = "targets: { main: { ecr: {} } }\n";
const MIRRORS = "mirrors: [{ image: node }]\n";
const HEAD = "version: 1\nname: example\n";

describe("a mirror file is refused for its YAML:", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["a syntax error", "name: »[1\n", /^YAML_SYNTAX invalid YAML: this \[ is not closed \(add the missing \]\)$/],
    [
      "a duplicate key",
      "name: a\n# between\n»name: b\n",
      /^YAML_SYNTAX duplicate key "name", first used on line 1 \(remove one of them\)$/,
    ],
    [
      "an anchor",
      "name: »&a b\n",
      /^YAML_SYNTAX YAML anchors .*\(write the value in each place that needs it, or put quotes around .* with &\)$/,
    ],
    ["an alias", "name: »*a\n", /^YAML_SYNTAX YAML aliases .*\(put quotes around text that starts with \*\)$/],
    ["a YAML tag", "name: »!!str b\n", /^YAML_SYNTAX YAML tags .*\(put quotes around text that starts with !\)$/],
    ["a second document", "name: a\n---\n»name: b\n", /^YAML_SYNTAX .*second one/],
    ["a key that is a map", "? »{ a: b }\n: c\n", /^YAML_SYNTAX a key must be text, found a map/],
    ["deep nesting", `${"[".repeat(19)}»${"[".repeat(5000)}`, /^YAML_SYNTAX .*nesting/],
    ["a variable in a flow map without quotes", "a: { b: $»{AWS_REGION} }\n", /put quotes around text/],
    ["a placeholder at the start without quotes", "to: {name}»:{tag}\n", /put quotes around text/],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));

  test("every duplicate key at once", async () => {
    assert.equal((await refusedAs("a: 1\na: 2\nb: 1\nb: 2\n")).length, 2);
  });
});

describe("a mirror file is refused for its form:", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    [
      "text instead of a map",
      "»just text\n",
      /^INVALID_FILE expected a map, found "just text" \(write the keys "version", .* or run `mirrorform init IMAGE\.\.\.`\)$/,
    ],
    [
      "a brace in a glob",
      `${HEAD}${TARGETS}${MIRRORS}sources: { docker.io: { alternates: [{ registry: mirror.gcr.io, only: [»"{0..99999}"] }] } }\n`,
      'INVALID_FILE expected a glob; found "{0..99999}" (write one glob for each alternative; the only wildcards are *, which does not match a slash, ** and ?)',
    ],
    [
      "a class in an artifact type",
      `${HEAD}${TARGETS}mirrors: [{ image: node, referrers: { types: [»"application/[ab]"] } }]\n`,
      'INVALID_FILE expected an artifact type; found "application/[ab]" (write one type for each alternative; the only wildcard is *)',
    ],
    [
      "an unknown key",
      `${HEAD}»taget: x\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "taget" is not a known key \(did you mean "targets"\?\)$/,
    ],
    [
      "an unknown key that is close to no other",
      `${HEAD}targets: { main: { »zzz: x, ecr: {} } }\n${MIRRORS}`,
      /^INVALID_FILE "zzz" is not a known key \(use one of: ecr, oci, layout, repositories\)$/,
    ],
    ["a missing key", `»${HEAD}${TARGETS}`, /^INVALID_FILE the file has no "mirrors" \(write mirrors: \[/],
    [
      "a missing image",
      `${HEAD}${TARGETS}mirrors:\n  - »to: x\n`,
      /^INVALID_FILE this entry has no "image" \(write image: /,
    ],
    [
      "another version",
      `version: »2\nname: example\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected 1, found "2" \(write version: 1/,
    ],
    [
      "a version in quotes",
      `version: »"1"\nname: example\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected a whole number, found "1" (remove the quotes)',
    ],
    [
      "a name with capitals",
      `version: 1\nname: »Example\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected lowercase letters.*; found "Example" \(write example\)$/,
    ],
    [
      "a name that is too long",
      `version: 1\nname: »${"x".repeat(64)}\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE .*63 characters/,
    ],
    ["a target without a kind", `${HEAD}targets: { »main: {} }\n${MIRRORS}`, /^INVALID_FILE .*has none/],
    [
      "a target of two kinds",
      `${HEAD}targets: { »main: { ecr: {}, oci: "https://x" } }\n${MIRRORS}`,
      /^INVALID_FILE .*has more than one/,
    ],
    [
      "no targets",
      `${HEAD}targets: »{}\n${MIRRORS}`,
      /^INVALID_FILE "targets" must not be empty \(write targets: \{ main/,
    ],
    [
      "an invalid target name",
      `${HEAD}targets: { »Main_1: { ecr: {} } }\n${MIRRORS}`,
      /^INVALID_FILE "Main_1" is not a valid target name \(write main-1: use lowercase letters/,
    ],
    [
      "a Region that is part of another host",
      `${HEAD}targets: { main: { ecr: { region: »"x.evil.com/" } } }\n${MIRRORS}`,
      /^INVALID_FILE expected an AWS Region/,
    ],
    [
      "a Region that is misspelled",
      `${HEAD}targets: { main: { ecr: { region: »useast1 } } }\n${MIRRORS}`,
      'INVALID_FILE expected an AWS Region such as us-east-1; found "useast1" (did you mean "us-east-1"?)',
    ],
    [
      "an account with a missing digit",
      `${HEAD}targets: { main: { ecr: { account: »12345678901 } } }\n${MIRRORS}`,
      /^INVALID_FILE expected an AWS account ID \(12 digits\)/,
    ],
    [
      "another word for a boolean",
      `${HEAD}repositories: { scanOnPush: »yes }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected true or false, found "yes" (write true)',
    ],
    [
      "a boolean in quotes",
      `${HEAD}repositories: { scanOnPush: »"true" }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected true or false, found "true" (remove the quotes)',
    ],
    [
      "a number in hexadecimal",
      `${HEAD}sources: { docker.io: { concurrency: »0x10 } }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected a whole number, found "0x10"',
    ],
    [
      "a number out of range",
      `${HEAD}sources: { docker.io: { concurrency: »0 } }\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE expected 1 or more, found "0"',
    ],
    [
      "an unknown value",
      `${HEAD}repositories: { tagMutability: »IMMUTABEL }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE expected MUTABLE or IMMUTABLE.*\(did you mean "IMMUTABLE"\?\)$/,
    ],
    [
      "a list instead of text",
      `${HEAD}repositories: { encryption: »[KMS] }\n${TARGETS}${MIRRORS}`,
      "INVALID_FILE expected text or a map, found a list",
    ],
    [
      "too many exceptions",
      `${HEAD}repositories: { tagMutability: { default: IMMUTABLE, except: »[a, b, c, d, e, f] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "except" can have at most 5 items/,
    ],
    [
      "the ownership tag as a resource tag",
      `${HEAD}repositories: { tags: { »mirrorform: me } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "mirrorform" is not a valid resource tag key \(use letters, .*reserved\)$/,
    ],
    [
      "the ownership tag as a resource tag of a target",
      `${HEAD}targets: { main: { ecr: {}, repositories: { tags: { »mirrorform: me } } } }\n${MIRRORS}`,
      /^INVALID_FILE "mirrorform" is not a valid resource tag key/,
    ],
    ["an AWS resource tag", `${HEAD}repositories: { tags: { »"AWS:x": me } }\n${TARGETS}${MIRRORS}`, /^INVALID_FILE /],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));

  test("the names of JavaScript object properties, which are unknown keys", async () => {
    for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const expected = new RegExp(`^INVALID_FILE "${key}" is not a known key`);
      await one(`${HEAD}»${key}: { x: y }\n${TARGETS}${MIRRORS}`, expected);
      await one(around(`  - { image: node, »${key}: x }`), expected);
    }
  });
});

describe("a mirror file is refused for its meaning:", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    ["a bad reference", "  - image: »Ruby:2.7", /^INVALID_REFERENCE .*lowercase/],
    ["a bad digest", "  - image: »redis@sha256:12", /^INVALID_REFERENCE .*not a valid digest/],
    [
      "an invalid tag in a list",
      '  - { image: redis, tags: [7, »"a b"] }',
      /^INVALID_REFERENCE "a b" is not a valid tag/,
    ],
    [
      "tags in addition to a tag",
      "  - { image: redis:7, »tags: [8] }",
      /^INVALID_FILE "tags" .*"image" already has a tag/,
    ],
    ["an empty list of tags", "  - { image: redis, tags: »[] }", 'INVALID_FILE "tags" must not be empty'],
    [
      "a digest without a tag in `to`",
      `  - { image: "redis@sha256:${"0".repeat(64)}", to: »x }`,
      /^INVALID_FILE an image given by digest alone has no tag/,
    ],
    [
      "an unknown placeholder",
      "  - { image: redis, to: »'x/{nmae}' }",
      /^INVALID_FILE "\{nmae\}" is not a placeholder \(did you mean "name"\?\)/,
    ],
    ["half a placeholder", "  - { image: redis, to: »'x/{name' }", /^INVALID_FILE "x\/\{name" has an unmatched brace/],
    [
      "the namespace of an image without one",
      "  - { image: quay.io/pause, to: »'{namespace}/x' }",
      /^INVALID_FILE \{namespace\} has no value/,
    ],
    ["an empty tag", "  - { image: redis, to: »'x:' }", /^INVALID_FILE .*no tag after the colon/],
    [
      "a repository with capitals",
      "  - { image: redis, to: »Redis }",
      /^INVALID_FILE "Redis" is not a valid repository name/,
    ],
    [
      "a repository that contains a port",
      "  - { image: 'localhost:5000/a', to: »'{registry}/a' }",
      /^INVALID_FILE "localhost:5000\/a" is not a valid repository name/,
    ],
    [
      "a repository of one character",
      "  - { image: redis, to: »r, targets: [main] }",
      /^INVALID_FILE .*at least 2 characters/,
    ],
    ["an invalid tag", "  - { image: redis, to: »'xx:-a' }", /^INVALID_FILE "-a" is not a valid tag/],
    ["a fixed tag for several tags", "  - { image: redis, tags: [7, 8], to: »'xx:one' }", /^INVALID_FILE all 2 tags /],
    [
      "an unknown target",
      "  - { image: redis, targets: [»mian] }",
      /^INVALID_FILE "mian" is not a declared target \(did you mean "main"\?\)$/,
    ],
    [
      "a target listed twice",
      "  - { image: redis, targets: [main, »main] }",
      /^INVALID_FILE target "main" is listed twice/,
    ],
  ];
  for (const [what, mirrors, expected] of cases) test(what, () => one(around(mirrors), expected));

  test("repository settings of a target that is not in ECR", () =>
    one(
      `${HEAD}targets: { main: { oci: "https://x", »repositories: {} } }\n${MIRRORS}`,
      /^INVALID_FILE "repositories" is not allowed in a target of kind/,
    ));

  test("a source key that is not a registry", () =>
    one(
      `${HEAD}sources: { »"https://docker.io": {} }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE .*not a valid registry host/,
    ));

  for (const host of ["registry.example.com:65536", "[:::::]"]) {
    test(`an image from the invalid host ${host}`, () =>
      one(around(`  - { image: »"${host}/app:1" }`), /^INVALID_REFERENCE .*not a valid registry host/));

    test(`a source with the invalid host ${host}`, () =>
      one(`${HEAD}sources: { »"${host}": {} }\n${TARGETS}${MIRRORS}`, /^INVALID_FILE .*not a valid registry host/));
  }

  test("an alternate that is the source itself", () =>
    one(
      `${HEAD}sources: { docker.io: { alternates: [{ registry: »registry-1.docker.io }] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "registry-1.docker.io" cannot be an alternate: it is the source itself/,
    ));

  test("an alternate with a pull limit", () =>
    one(
      `${HEAD}sources: { ghcr.io: { alternates: [{ registry: »docker.io/team }] } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE "docker.io\/team" cannot be an alternate: Docker Hub has a pull limit/,
    ));

  test("two names for one source", () =>
    one(
      `${HEAD}sources:\n  docker.io: {}\n  »index.docker.io: {}\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE .*same registry as "docker.io" on line 4/,
    ));
});

describe("a registry address", () => {
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

  const hints: readonly (readonly [string, string])[] = [
    ["localhost:5000", "write it as http://localhost:5000"],
    ["registry.example.com:5000", "write it as https://registry.example.com:5000"],
    ["https://registry.example.com/Team", "write the path as team"],
    ["https://hub.docker.com/u/me", "write https://docker.io/me"],
    ["http://[fe80::1%eth0]:5000", "write an IPv6 address in brackets, without a zone: [2001:db8::1]:5000"],
  ];
  for (const [address, hint] of hints) {
    test(`${address} comes with a hint`, async () => {
      const problems = await refusedAs(`${HEAD}targets: { main: { oci: '${address}' } }\n${MIRRORS}`);
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.endsWith(`(${hint})`), problems.join());
    });
  }

  test("of a source cannot have a path", () =>
    one(
      `${HEAD}sources: { docker.io: { endpoint: »"https://x/y" } }\n${TARGETS}${MIRRORS}`,
      /^INVALID_FILE an endpoint cannot have a path/,
    ));
});

test("reports problems of form and meaning in one run, in file order", async () => {
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

test("an empty item of a list has its own line", () =>
  one(around("  - image: node\n  # none\n  »-\n  - image: ruby"), /^INVALID_FILE expected a map, found nothing/));

test("entries can use the name of an invalid target", () =>
  one(
    `${HEAD}targets: { main: { ecr: { region: »x } } }\nmirrors: [{ image: node, targets: [main] }]\n`,
    /^INVALID_FILE expected an AWS Region/,
  ));

test("reports alternates that are not a list of maps", async () => {
  const around = (alternates: string): string =>
    `${HEAD}${TARGETS}sources: { docker.io: { alternates: ${alternates} } }\n${MIRRORS}`;
  for (const wrong of ['[»"public.ecr.aws/docker"]', "»5", "[{ registry: »5 }]", "[»{ only: [a] }]"]) {
    await one(around(wrong), /^INVALID_FILE /);
  }
});

test("a problem with a variable shows its value and its name", async () => {
  const file = (ecr: string) => `${HEAD}targets: { main: { ecr: { ${ecr} } } }\n${MIRRORS}`;
  const environment = { AWS_REGION: "useast1", AWS_ACCOUNT_ID: "1234", MIRRORFORM_VAR_MODE: "IMUTABLE" };
  for (const [text, expected] of [
    [file('region: "${AWS_REGION}"'), /found "useast1" from "\$\{AWS_REGION\}" \(did you mean "us-east-1"\?\)$/],
    [file('region: "us-${AWS_REGION}"'), /found "us-useast1" from "us-\$\{AWS_REGION\}"/],
    [file('account: "${AWS_ACCOUNT_ID}"'), /found "1234" from "\$\{AWS_ACCOUNT_ID\}" \(write all 12 digits/],
    [
      `${HEAD}${TARGETS}repositories: { tagMutability: "\${MIRRORFORM_VAR_MODE}" }\n${MIRRORS}`,
      /found "IMUTABLE" from "\$\{MIRRORFORM_VAR_MODE\}"/,
    ],
  ] as const) {
    const [problem] = await refusedAs(text, { environment });
    assert.match(problem ?? "", expected);
  }
});
