import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { around, refusedAs } from "../mirror-file-in-folder.ts";

const HEAD = "version: 1\nname: example\n";
const TARGETS = "targets: { main: { ecr: {} } }\n";
const MIRRORS = "mirrors: [{ image: node }]\n";

/** Returns the hint of the only problem of a file. */
async function hintOf(text: string): Promise<string> {
  const problems = await refusedAs(text);
  assert.equal(problems.length, 1, problems.join("\n"));
  return /\((write .*)\)$/.exec(problems[0] ?? "")?.[1] ?? `no hint: ${problems[0]}`;
}

describe("a value of the wrong kind gets a hint with the right form:", () => {
  const entries: readonly (readonly [string, string])[] = [
    ["  - python:3.12", "write - image: python:3.12"],
    ["  - docker://quay.io/org/app:1", "write - image: quay.io/org/app:1"],
    ["  - image=node:1", "write - image: node:1"],
    ["  - [python:3.12]", "write - image: python:3.12-slim"],
    ["  - { image: node, platforms: linux/amd64 }", "write a list: platforms: [linux/amd64]"],
    [
      '  - { image: node, platforms: "linux/amd64, linux/arm64" }',
      "write a list: platforms: [linux/amd64, linux/arm64]",
    ],
    ["  - { image: node, tags: 1.10 }", "write a list: tags: [1.10]"],
    ["  - { image: node, targets: main }", "write a list: targets: [main]"],
    ["  - { image: [node, ruby] }", "write an entry for each image: - image: NAME:TAG"],
    ["  - image node:20", "write - image: node:20"],
    ["  -image: node", "write a space after the dash: - image: python:3.12-slim"],
    ["  image: node", 'write "- " before each entry: - image: python:3.12-slim'],
    ["  node:20: nodejs", "write each image as an entry of a list: - image: node:20"],
    ["  - { image: node, replace: '{tag}-old' }", 'write replace: { backup: "{tag}-old" }'],
    ["  - { image: node, referrers: application/spdx+json }", "write referrers: { types: [application/spdx+json] }"],
  ];
  for (const [mirrors, expected] of entries) {
    test(mirrors.trim(), async () => assert.equal(await hintOf(around(mirrors)), expected));
  }

  const targets: readonly (readonly [string, string])[] = [
    ["main: ecr", "write main: { ecr: {} }"],
    ["main:", "write main: { ecr: {} }"],
    ["main: { ecr: }", "write ecr: {}"],
    ["main: { ecr: eu-central-1 }", "write ecr: { region: eu-central-1 }"],
    [
      "main: { ecr: 123456789012.dkr.ecr.eu-west-1.amazonaws.com }",
      'write ecr: { region: eu-west-1, account: "123456789012" }',
    ],
    [
      "main: { ecr: 'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team' }",
      'write ecr: { region: eu-west-1, account: "123456789012" }',
    ],
    ["main: { ecr: [{ region: us-east-1 }] }", 'write ecr: { region: us-east-1 }, without "-"'],
    [
      "main: { ecr: registry.example.com }",
      'write oci: "https://registry.example.com" instead of "ecr", which is for private registries in ECR',
    ],
    ["main: { oci: { url: x } }", "write the address as text: oci: https://registry.example.com"],
    ["main: { layout: { path: x } }", "write the path as text: layout: ./mirror"],
    ["layout: ./mirror", "write a name above it: main: { layout: ./mirror }"],
    ["main: eu-central-1", "write main: { ecr: { region: eu-central-1 } }"],
    ['main: "123456789012"', 'write main: { ecr: { account: "123456789012" } }'],
    [
      "main: 123456789012.dkr.ecr.eu-central-1.amazonaws.com",
      'write main: { ecr: { region: eu-central-1, account: "123456789012" } }',
    ],
    ["main: registry.example.com/team", 'write main: { oci: "https://registry.example.com/team" }'],
    ["main: http://localhost:5000", 'write main: { oci: "http://localhost:5000" }'],
    ["main: ./mirror", "write main: { layout: ./mirror }"],
  ];
  for (const [target, expected] of targets) {
    test(target, async () => assert.equal(await hintOf(`${HEAD}targets:\n  ${target}\n${MIRRORS}`), expected));
  }

  const others: readonly (readonly [string, string])[] = [
    [
      "sources: { docker.io: 'https://cache.example.com' }",
      'write docker.io: { endpoint: "https://cache.example.com" }',
    ],
    ["sources: [docker.io]", "write each host as a key: docker.io: {}"],
    ["sources: { docker.io: { alternates: [public.ecr.aws/docker] } }", "write { registry: public.ecr.aws/docker }"],
    [
      "sources: { docker.io: { alternates: https://mirror.gcr.io } }",
      "write alternates: [{ registry: mirror.gcr.io }]",
    ],
  ];
  for (const [line, expected] of others) {
    test(line, async () => assert.equal(await hintOf(`${HEAD}${TARGETS}${line}\n${MIRRORS}`), expected));
  }

  test("a list of images instead of a mirror file", async () => {
    assert.match(await hintOf("- python:3.12\n- node\n"), /the keys "version".*`mirrorform init IMAGE\.\.\.`/);
  });

  test("a password is not repeated", async () => {
    const problems = await refusedAs(`${HEAD}targets:\n  main: https://me:hunter2@registry.example.com\n${MIRRORS}`);
    assert.doesNotMatch(problems.join("\n"), /hunter2/);
  });
});

describe("one mistake is one problem:", () => {
  const files: readonly (readonly [string, string, RegExp])[] = [
    ["a misspelled key of an entry", around("  - { imag: node }"), /^INVALID_FILE 8:7 "imag" is not a known key/],
    ["a misspelled kind of target", `${HEAD}targets: { main: { ect: {} } }\n${MIRRORS}`, /"ect" .*"ecr"/],
    ["a misspelled key of the file", `${HEAD}target: { main: { ecr: {} } }\n${MIRRORS}`, /"target" .*"targets"/],
    ["a misspelled list of entries", `${HEAD}${TARGETS}mirror: [{ image: node }]\n`, /"mirror" .*"mirrors"/],
    [
      "a misspelled key of an alternate",
      `${HEAD}${TARGETS}sources: { docker.io: { alternates: [{ registyr: x.io }] } }\n${MIRRORS}`,
      /"registyr" .*"registry"/,
    ],
    ["a misspelled backup", around("  - { image: node, replace: { bakcup: '{tag}-x' } }"), /"bakcup" .*"backup"/],
    [
      "a host that no image uses, with a setting that has no effect",
      `${HEAD}${TARGETS}sources: { ghrc.io: { reserve: 20 } }\n${MIRRORS}`,
      /no image comes from "ghrc\.io"/,
    ],
    [
      "a merge conflict",
      around("<<<<<<< HEAD\n  - image: node\n=======\n  - image: ruby\n>>>>>>> branch"),
      /^YAML_SYNTAX 8:1 unresolved merge conflict \(keep the lines that you want/,
    ],
    [
      "a merge conflict with indentation",
      around("  <<<<<<< HEAD\n  - image: node\n  =======\n  - image: ruby\n  >>>>>>> branch"),
      /^YAML_SYNTAX 8:3 unresolved merge conflict/,
    ],
    ["an anchor and its aliases", around("  - image: &a node\n  - image: *a"), /^YAML_SYNTAX 8:12 YAML anchors/],
    ["the end of a merge conflict", around("  - image: node\n>>>>>>> branch"), /^YAML_SYNTAX 9:1 unresolved merge/],
  ];
  for (const [what, text, expected] of files) {
    test(what, async () => {
      const problems = await refusedAs(text);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", expected);
    });
  }

  test("60 entries with the same misspelled key have one problem each", async () => {
    const problems = await refusedAs(around("  - { imag: node }\n".repeat(60)));
    assert.equal(problems.length, 60);
  });
});
