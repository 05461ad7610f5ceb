import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { isSameRepositoryPolicy } from "../../../src/repository/same-policy.ts";
import type { RepositorySettings } from "../../../src/repository/settings.ts";
import { accepted, refusedAs } from "../mirror-file-in-folder.ts";

/** Creates a file with one image, and settings at up to three levels. */
function file(top: string, target = "{}", entry = "{}"): string {
  return `version: 1
name: example
targets:
  main: { ecr: {}, repositories: ${target} }
repositories: ${top}
mirrors:
  - { image: node, repositories: ${entry} }
`;
}

async function settingsOf(text: string): Promise<RepositorySettings | undefined> {
  return listedImages((await accepted(text)).entries)[0]?.settings;
}

test("accepts each form of each setting", async () => {
  assert.deepEqual(await settingsOf(file("{}")), {});
  const forms: readonly (readonly [string, RepositorySettings])[] = [
    ["{ tagMutability: IMMUTABLE }", { tagMutability: { default: "IMMUTABLE", except: [] } }],
    [
      '{ tagMutability: { default: MUTABLE, except: [1.10, "*-nightly"] } }',
      { tagMutability: { default: "MUTABLE", except: ["1.10", "*-nightly"] } },
    ],
    ["{ tagMutability: { default: IMMUTABLE } }", { tagMutability: { default: "IMMUTABLE", except: [] } }],
    ["{ scanOnPush: false }", { scanOnPush: false }],
    ["{ encryption: AES256 }", { encryption: { type: "AES256" } }],
    ["{ adopt: true }", { adopt: true }],
    ["{ adopt: false }", { adopt: false }],
    ["{ encryption: KMS }", { encryption: { type: "KMS" } }],
    ["{ encryption: { kms: alias/mirror } }", { encryption: { type: "KMS", key: "alias/mirror" } }],
    ["{ lifecyclePolicy: none, policy: none }", { lifecyclePolicy: "none", policy: "none" }],
    [
      "{ tags: { team: platform, cost: 010, on: no, none: '' } }",
      { tags: { team: "platform", cost: "010", on: "no", none: "" } },
    ],
  ];
  for (const [text, expected] of forms) assert.deepEqual(await settingsOf(file(text)), expected);
});

test("an entry's setting overrides the target's, which overrides the top-level one", async () => {
  const top = "{ scanOnPush: true, encryption: AES256, tags: { a: top } }";
  const target = "{ encryption: KMS, tags: { b: target } }";
  assert.deepEqual(await settingsOf(file(top, target, "{ tags: { c: entry } }")), {
    scanOnPush: true,
    encryption: { type: "KMS" },
    tags: { c: "entry" },
  });
});

test("images at an oci target have no settings", async () => {
  const text = file("{ scanOnPush: true }").replace("ecr: {}, repositories: {}", 'oci: "https://x"');
  assert.deepEqual(await settingsOf(text), {});
});

describe("a lifecycle policy in the mirror file", () => {
  const rule = (selection: string, action = "{ type: expire }", priority = 1): string =>
    `{ rulePriority: ${priority}, description: 14, selection: { ${selection} }, action: ${action} }`;
  const policy = (...rules: string[]): string => file(`{ lifecyclePolicy: { rules: [${rules.join(", ")}] } }`);
  const COUNTED = "tagStatus: any, countType: imageCountMoreThan, countNumber: 14";

  test("has numbers where ECR expects numbers, and text elsewhere", async () => {
    const settings = await settingsOf(policy(rule(COUNTED)));
    assert.ok(settings?.lifecyclePolicy !== undefined && settings.lifecyclePolicy !== "none");
    assert.deepEqual(JSON.parse(settings.lifecyclePolicy.json), {
      rules: [
        {
          rulePriority: 1,
          description: "14",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 14 },
          action: { type: "expire" },
        },
      ],
    });
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    [
      "an unknown key",
      rule(`${COUNTED}, countNumer: 1`),
      /"countNumer" is not a known key \(did you mean "countNumber"\?\)/,
    ],
    ["a number in words", rule(COUNTED.replace("14", "many")), /expected a whole number, found "many"$/],
    ["tagged images without a list", rule(COUNTED.replace("any", "tagged")), /needs tagPatternList/],
    [
      "a list for untagged images",
      rule(`${COUNTED.replace("any", "untagged")}, tagPrefixList: [v]`),
      /cannot have tagPatternList or tagPrefixList/,
    ],
    ["days without a unit", rule(COUNTED.replace("imageCountMoreThan", "sinceImagePushed")), /needs "countUnit: days"/],
    ["a unit for images", rule(`${COUNTED}, countUnit: days`), /cannot have countUnit/],
    ["a transition without a storage class", rule(COUNTED, "{ type: transition }"), /needs targetStorageClass/],
    ["one priority for two rules", `${rule(COUNTED)}, ${rule(COUNTED)}`, /two rules have rulePriority 1/],
  ];
  for (const [what, rules, expected] of refusals) {
    test(`cannot have ${what}`, async () => {
      const problems = await refusedAs(policy(rules));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", expected);
    });
  }
});

test("a repository policy in the mirror file contains only text", async () => {
  const statement = `{ Sid: 1, Effect: Allow, Principal: { AWS: [012345678901] }, Action: "ecr:BatchGetImage",
    Condition: { Bool: { "aws:SecureTransport": true } } }`;
  const settings = await settingsOf(file(`{ policy: { Version: 2012-10-17, Statement: [${statement}] } }`));
  assert.ok(settings?.policy !== undefined && settings.policy !== "none");
  assert.deepEqual(JSON.parse(settings.policy.json), {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "1",
        Effect: "Allow",
        Principal: { AWS: ["012345678901"] },
        Action: "ecr:BatchGetImage",
        Condition: { Bool: { "aws:SecureTransport": "true" } },
      },
    ],
  });
});

test("a single statement needs no list, and is checked like a list", async () => {
  const one = "{ Effect: Allow, Principal: '*', Action: ecr:BatchGetImage }";
  const settings = await settingsOf(file(`{ policy: { Statement: ${one} } }`));
  assert.ok(settings?.policy !== undefined && settings.policy !== "none");
  const listed = await settingsOf(file(`{ policy: { Statement: [${one}] } }`));
  assert.ok(listed?.policy !== undefined && listed.policy !== "none");
  assert.equal(isSameRepositoryPolicy(settings.policy.json, listed.policy.json), true);
  const bad = await refusedAs(file("{ policy: { Statement: { Efect: Allow, Action: x } } }"));
  assert.match(bad.join("\n"), /"Efect"[^]*Effect/);
  assert.match((await refusedAs(file("{ policy: { Statement: [] } }"))).join(), /Statement/);
  assert.match((await refusedAs(file("{ policy: { Statement: yes } }"))).join(), /list|map/);
});

test("a lifecycle policy needs a list, even for a single rule", async () => {
  assert.match((await refusedAs(file("{ lifecyclePolicy: { rules: { rulePriority: 1 } } }"))).join(), /list/);
});

test("refuses a policy that is longer than ECR accepts", async () => {
  const statement = `{ Effect: Allow, Action: "${"x".repeat(10_240)}" }`;
  assert.match(
    (await refusedAs(file(`{ policy: { Statement: [${statement}] } }`))).join(),
    /ECR accepts at most 10240/,
  );
});
