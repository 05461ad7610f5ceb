import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { around, one, refusedAs } from "../mirror-file-in-folder.ts";

const HEAD = "version: 1\nname: example\n";
const TARGETS = "targets: { main: { ecr: {} } }\n";
const MIRRORS = "mirrors: [{ image: node }]\n";

const target = (keys: string): string => `${HEAD}targets: { main: { ${keys} } }\n${MIRRORS}`;

describe("a wrong word for a key is one problem, and the right key is not missing as well:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ...["img", "name", "source", "src", "from", "ref", "container", "uri"].map(
      (word) => [`${word} for image`, around(`  - »${word}: node:20`), 'did you mean "image"?'] as const,
    ),
    ["any word for image", around("  - »thing: node:20"), 'did you mean "image"?'],
    ["images for mirrors", `${HEAD}${TARGETS}»images: [{ image: node }]\n`, 'did you mean "mirrors"?'],
    ["any list for mirrors", `${HEAD}${TARGETS}»things: [{ image: node }]\n`, 'did you mean "mirrors"?'],
    ["destinations for targets", `${HEAD}»destinations: { main: { ecr: {} } }\n${MIRRORS}`, 'did you mean "targets"?'],
    ["a key in capitals", `${HEAD}»Targets: { main: { ecr: {} } }\n${MIRRORS}`, 'did you mean "targets"?'],
    ["url for oci", target("»url: https://a.example"), 'write main: { oci: "https://a.example" }'],
    [
      "registry for ecr",
      target("»registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
      'write main: { ecr: { region: eu-west-1, account: "123456789012" } }',
    ],
    ["path for layout", target("»path: ./mirror"), "write main: { layout: ./mirror }"],
    ["type for ecr", target("»type: ecr"), "write ecr: {}"],
    ["roleArn for role", target("ecr: { »roleArn: x }"), 'did you mean "role"?'],
    ["tag for tags", around("  - { image: node, »tag: 20 }"), "write a list: tags: [20]"],
    [
      "platform for platforms",
      around("  - { image: node, »platform: linux/arm64 }"),
      "write a list: platforms: [linux/arm64]",
    ],
    ["dest for to", around("  - { image: node, »dest: node }"), 'did you mean "to"?'],
    ["regex for match", around("  - { image: node, tags: { »regex: [x] } }"), 'did you mean "match"?'],
    [
      "lifecycle for lifecyclePolicy",
      `${HEAD}repositories: { »lifecycle: x.json }\n${TARGETS}${MIRRORS}`,
      'did you mean "lifecyclePolicy"?',
    ],
    [
      "url for endpoint",
      `${HEAD}sources: { docker.io: { »url: "https://a.example" } }\n${TARGETS}${MIRRORS}`,
      'did you mean "endpoint"?',
    ],
  ];
  for (const [what, text, hint] of cases) {
    const key = /»(\w+)/.exec(text)?.[1];
    test(what, () => one(text, `INVALID_FILE "${key}" is not a known key (${hint})`));
  }
});

describe("a key in the wrong place is one problem:", () => {
  const cases: readonly (readonly [string, string, string | RegExp])[] = [
    [
      "the Region and the account next to ecr",
      target("»region: eu-west-1, account: 123456789012"),
      'INVALID_FILE "region" and "account" are not known keys here (write ecr: { region: eu-west-1, account: "123456789012" })',
    ],
    [
      "a setting of repositories in an entry",
      around("  - { image: node, »scanOnPush: true }"),
      'INVALID_FILE "scanOnPush" is not a known key here (write repositories: { scanOnPush: true })',
    ],
    [
      "an entry's key at the top",
      `${HEAD}${TARGETS}${MIRRORS}»refresh: missing\n`,
      'INVALID_FILE "refresh" is not a known key here (write it in an entry of "mirrors")',
    ],
    [
      "the Region at the top",
      `${HEAD}»region: us-east-1\n${TARGETS}${MIRRORS}`,
      'INVALID_FILE "region" is not a known key here (write it in "ecr" below a name in "targets")',
    ],
    [
      "the sources below the targets",
      `${HEAD}targets:\n  main: { ecr: {} }\n  »sources: { docker.io: { reserve: 20 } }\n${MIRRORS}`,
      'INVALID_FILE "sources" is read as the name of a target (write it with less indentation, at the level of "targets")',
    ],
    [
      "a Region as the name of an empty target",
      `${HEAD}targets: { »us-east-1: {} }\n${MIRRORS}`,
      /has none \(write us-east-1: \{ ecr: \{ region: us-east-1 \} \}\)$/,
    ],
    [
      "the registry, the repository and the tag of an image",
      around("  - { »registry: quay.io, repository: org/app, tag: 1.10 }"),
      'INVALID_FILE "registry" and "repository" and "tag" are not known keys (write image: quay.io/org/app:1.10)',
    ],
    [
      "the registry next to the image",
      around("  - { image: org/app:1, »registry: quay.io }"),
      'INVALID_FILE "registry" is not a known key (write image: quay.io/org/app:1)',
    ],
    [
      "a target without a name",
      `${HEAD}targets:\n  »ecr: { region: us-east-1 }\n${MIRRORS}`,
      /^INVALID_FILE "ecr" is read as the name of a target.*\(write a name above it: targets: \{ main: \{ ecr: \{ region: us-east-1 \} \} \}\)$/,
    ],
    [
      "an image as the key of an entry",
      around("  - »node:20:\n      to: nodejs"),
      'INVALID_FILE "node:20" is not a known key (write image: node:20, and its other keys below it)',
    ],
    [
      "no space after a colon",
      around("  - { »image:node:20 }"),
      'INVALID_FILE "image:node:20" is not a known key (write a space after the colon: image: node:20)',
    ],
    [
      "a dash before each key of an entry",
      around("  - image: node\n  - »to: nodejs"),
      'INVALID_FILE this entry has no "image" (write its "image", or remove the "-" if "to" belongs to the entry above)',
    ],
  ];
  for (const [what, text, expected] of cases) test(what, () => one(text, expected));
});

test("credentials in the file are one problem that says where they belong, and no text shows them", async () => {
  await one(
    `${HEAD}sources: { docker.io: { »username: me, password: hunter2 } }\n${TARGETS}${MIRRORS}`,
    /^INVALID_FILE "username" and "password" are not known keys: credentials are not allowed .*\(remove them, and sign in/,
  );
  await one(
    target("ecr: { »accessKeyId: AKIA, secretAccessKey: hunter2 }"),
    /credentials are not allowed .*\(remove them; mirrorform uses the AWS defaults/,
  );
});

test("an unknown key without a likely meaning also says what is missing", () =>
  one(
    around("  - { »zzz: [a], to: b }"),
    /^INVALID_FILE "zzz" is not a known key, and this entry has no "image" \(use one of: image, /,
  ));

test("missing keys of one map are one problem", () =>
  one(
    "»version: 1\n",
    'INVALID_FILE the file has no "name" and no "targets" and no "mirrors" (run `mirrorform init IMAGE...` to write one)',
  ));

test("a map with neither targets nor entries is no mirror file, and none of its keys is reported", async () => {
  assert.deepEqual(await refusedAs("a: 1\nb: [c]\nd: { e: f }\n"), [
    'INVALID_FILE 1:1 this is not a mirror file: it has no "targets" and no "mirrors" (run `mirrorform init IMAGE...` to write one)',
  ]);
});
