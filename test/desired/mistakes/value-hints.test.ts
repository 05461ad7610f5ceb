import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { around, refusedAs } from "../mirror-file-in-folder.ts";

const HEAD = "version: 1\nname: example\n";
const TARGETS = "targets: { main: { ecr: {} } }\n";
const MIRRORS = "mirrors: [{ image: node }]\n";

const ecr = (keys: string): string => `${HEAD}targets: { main: { ecr: { ${keys} } } }\n${MIRRORS}`;
const entry = (keys: string): string => around(`  - { image: node, ${keys} }`);
const settings = (keys: string): string => `${HEAD}${TARGETS}repositories: { ${keys} }\n${MIRRORS}`;

describe("a value with the wrong text gets a hint with the right form:", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["region: eu-west1", ecr("region: eu-west1"), 'did you mean "eu-west-1"?'],
    ["region: US-EAST-1", ecr("region: US-EAST-1"), 'did you mean "us-east-1"?'],
    ["region: us_east_1", ecr("region: us_east_1"), 'did you mean "us-east-1"?'],
    ["region: us-east-1a", ecr("region: us-east-1a"), "write us-east-1: us-east-1a is an Availability Zone in it"],
    ["several Regions", ecr("region: [us-east-1, eu-west-1]"), "write one Region, and a target for each other Region"],
    ["account: 1234-5678-9012", ecr("account: 1234-5678-9012"), 'write "123456789012"'],
    ["account: 12345678901", ecr("account: 12345678901"), "write all 12 digits; an ID can start with 0"],
    ["role: mirror", ecr("role: mirror"), "write arn:aws:iam::ACCOUNT:role/mirror"],
    [
      "the ARN of a session",
      ecr('role: "arn:aws:sts::123456789012:assumed-role/mirror/me"'),
      "write arn:aws:iam::123456789012:role/mirror",
    ],
    [
      "the ARN of a user",
      ecr('role: "arn:aws:iam::123456789012:user/me"'),
      "write the ARN of a role: a user cannot be assumed",
    ],
    ["platforms: [amd64]", entry("platforms: [amd64]"), "write linux/amd64"],
    ["platforms: [x86_64]", entry("platforms: [x86_64]"), "write linux/amd64"],
    ["platforms: [linux-arm64]", entry("platforms: [linux-arm64]"), "write linux/arm64"],
    ["platforms: [arm64v8]", entry("platforms: [arm64v8]"), "write linux/arm64"],
    ["platforms: [linux]", entry("platforms: [linux]"), "write linux/amd64"],
    [
      "platforms: amd64, arm64",
      entry('platforms: "amd64, arm64"'),
      "write a list: platforms: [linux/amd64, linux/arm64]",
    ],
    ["platforms: [linux/armv7]", entry("platforms: [linux/armv7]"), "write it as linux/arm/v7"],
    ["platforms: [linux/x64]", entry("platforms: [linux/x64]"), "write it as linux/amd64"],
    ["name: My Team", `version: 1\nname: My Team\n${TARGETS}${MIRRORS}`, "write my-team"],
    [
      "version: 1.0",
      `version: 1.0\nname: a\n${TARGETS}${MIRRORS}`,
      "write version: 1, the version of mirrorform's file format",
    ],
    ["scanOnPush: yes", settings("scanOnPush: yes"), "write true"],
    ["scanOnPush: Off", settings("scanOnPush: Off"), "write false"],
    ["refresh: never", entry("refresh: never"), "write refresh: missing"],
    ["reserve: 20%", `${HEAD}${TARGETS}sources: { docker.io: { reserve: 20% } }\n${MIRRORS}`, "write 20"],
    ["maxAge: 90 days", entry("tags: { maxAge: 90 days }"), "write 90d"],
    ["maxAge: 3 months", entry("tags: { maxAge: 3 months }"), "write 90d"],
    ["output: node-20", entry("output: node-20"), "write NODE_20_URI"],
    ["tags: all", entry("tags: all"), 'write tags: { match: ".*" } to select all tags'],
    ["tags: ^3.10", entry("tags: ^3.10"), 'write tags: { semver: "^3.10" }'],
    [
      "tags with a wildcard",
      entry("tags: ['3.*']"),
      'tags in a list have no wildcards: select tags with a rule, such as tags: { semver: ">=3.10" }',
    ],
    ["tags with the image", entry("tags: [node:20]"), "write 20"],
    ["several tags in one item", entry("tags: [20 22]"), "write each tag as an item of its own: 20, 22"],
    ["no tags", entry("tags: ''"), "write tags: [latest], or remove the key"],
    ["order: date", entry("tags: { newest: 3, order: date }"), "write order: pushed"],
    ["match with slashes", entry("tags: { match: /^20/ }"), "write it without slashes: ^20"],
    ["platforms: [all]", entry("platforms: [all]"), "write platforms: all, without the list"],
    ["platforms as a map", entry("platforms: { os: linux }"), "write platforms: [linux/amd64]"],
    ["referrers: cosign", entry("referrers: cosign"), "write referrers: true to copy all"],
    ["no name", `version: 1\nname:\n${TARGETS}${MIRRORS}`, "write name: my-team, or another name for this mirror file"],
    ["resource tags in a list", settings("tags: [{ Key: a, Value: b }]"), "write tags: { team: web }"],
    [
      "a map that is a text",
      `${HEAD}${TARGETS}mirrors: |\n  - image: node\n`,
      'write "mirrors:" without the sign after it, which makes text of the lines below',
    ],
    ["an empty item", entry("tags: ['']"), 'remove the "-", or write the item after it'],
    ["to: Team/Node", entry("to: Team/Node"), 'write "team/node"'],
    ["to: /node/", entry("to: /node/"), 'write "node"'],
    ["to: ${name}", entry('to: "${name}"'), 'write {name}: a placeholder in "to" has no $'],
    ["a placeholder without quotes", entry("to: {name}"), 'write quotes around text that contains {: to: "{name}"'],
  ];
  for (const [what, text, hint] of cases) {
    test(what, async () => {
      const problems = await refusedAs(text);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.endsWith(`(${hint})`), problems.join());
    });
  }
});
