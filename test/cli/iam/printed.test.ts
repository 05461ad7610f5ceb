import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { atOnce } from "../../../src/steps.ts";
import { documentsOf, MAX_MANAGED_CHARACTERS, sizeOf, type Statement } from "../../../src/cli/iam/documents.ts";
import { placeOf } from "../../../src/cli/iam/place.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { callTable } from "./call-table.ts";
import { printedPolicies } from "./support.ts";

function file(targets: string, mirrors: string): string {
  return `version: 1\nname: platform\ntargets: ${targets}\nmirrors: ${mirrors}\n`;
}

const ONE = file("{ main: { ecr: { account: '123456789012' } } }", "[{ image: redis:7 }]");

function grantsOf(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) => Action.flatMap((action) => [Resource].flat().map((each) => `${action} ${each}`)))
    .toSorted();
}

describe("iam", { concurrency: 4 }, () => {
  test("prints both policies with a heading each, or one as a JSON document", async (t) => {
    const folder = await folderWith({ "mirrors.yaml": ONE });
    t.after(() => folder.remove());
    const options = { folder: folder.path, environment: { AWS_REGION: "us-east-1" } };
    const both = await resident(["iam"], options);
    assert.equal(both.code, 0, both.stderr);
    assert.deepEqual(both.stdout.match(/^#.*$/gm), [
      "# plan: the credentials of the run, account 123456789012 (main)",
      "# apply: the credentials of the run, account 123456789012 (main)",
    ]);
    const plan = await resident(["iam", "--role", "plan"], options);
    assert.deepEqual(JSON.parse(plan.stdout), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: [
            "ecr:GetAuthorizationToken",
            "ecr:GetAccountSetting",
            "ecr:DescribeRepositoryCreationTemplates",
            "tag:GetResources",
          ],
          Resource: "*",
        },
        {
          Effect: "Allow",
          Action: [
            "ecr:DescribeRepositories",
            "ecr:ListTagsForResource",
            "ecr:BatchGetImage",
            "ecr:ListImages",
            "ecr:DescribeImages",
          ],
          Resource: ["arn:aws:ecr:us-east-1:123456789012:repository/redis"],
        },
      ],
    });
    assert.equal(plan.stderr, "");
  });

  test("reports unknown values, and rejects invalid options and ambiguous targets", async (t) => {
    const two = file(
      "{ a: { ecr: {} }, b: { ecr: { role: 'arn:aws:iam::210987654321:role/m' } } }",
      "[{ image: redis:7 }]",
    );
    const layout = file("{ a: { layout: ./out } }", "[{ image: redis:7 }]");
    const folder = await folderWith({ "mirrors.yaml": two, "layout.yaml": layout });
    t.after(() => folder.remove());
    const run = (...args: string[]) => resident(["iam", ...args], { folder: folder.path });
    const one = await run("--role", "apply", "--target", "a");
    assert.match(one.stdout, /arn:aws:ecr:REGION:ACCOUNT_ID:repository\/redis/);
    assert.match(one.stderr, /Note: the AWS account is unknown.*ACCOUNT_ID.*--account/);
    const refused = [
      [
        ["--role", "apply"],
        /different identities: the credentials of the run \(a\) and arn:aws:iam::210987654321:role\/m\s+\(b\)/,
      ],
      [["--role", "admin"], /"admin" is not a valid role/],
      [["--account", "12"], /"12" is not an AWS account ID/],
      [["--file", "layout.yaml"], /layout.yaml has no image that goes to an ecr target or comes from an ECR/],
    ] as const;
    for (const [args, message] of refused) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 3);
      assert.match(stderr, message);
    }
  });

  test("prints one policy for targets with the same role, with the ARNs of each target", async () => {
    const role = "arn:aws-cn:iam::210987654321:role/mirror";
    const targets = `{ a: { ecr: { region: cn-north-1, role: '${role}' } }, b: { ecr: { region: cn-northwest-1, role: '${role}' } }, c: { ecr: {} } }`;
    const policies = await printedPolicies("plan", file(targets, "[{ image: redis:7 }]"), [
      "--account",
      "123456789012",
    ]);
    assert.deepEqual(
      policies.map((policy) => [policy.principal, policy.account, policy.targets]),
      [
        [role, "210987654321", ["a", "b"]],
        ["the credentials of the run", "123456789012", ["c"]],
      ],
    );
    assert.deepEqual(policies[0]?.documents[0]?.Statement[1]?.Resource, [
      "arn:aws-cn:ecr:cn-north-1:210987654321:repository/redis",
      "arn:aws-cn:ecr:cn-northwest-1:210987654321:repository/redis",
    ]);
  });

  test("has a wildcard for the tags of a rule, as narrow as the template, and a note", async () => {
    const rule =
      "[{ image: node, tags: { semver: '>=20' }, to: 'js/{name}-{tag}:x' }, { image: node:20, to: js/node-20 }]";
    const [policy] = await printedPolicies("plan", file("{ main: { ecr: {} } }", rule), ["--account", "123456789012"]);
    const arn = "arn:aws:ecr:us-east-1:123456789012:repository/js/node-*";
    assert.deepEqual(policy?.documents[0]?.Statement[1]?.Resource, [arn]);
    assert.match(policy.notes.join(), /a tag rule determines the names of js\/node-\*/);
  });

  test("splits a policy that is too long into parts that allow the same together", async () => {
    const grants = Array.from({ length: 400 }, (_, i) => ["ecr:A", "ecr:B"].slice(i % 2)).flatMap((actions, i) =>
      actions.map((action) => ({
        action,
        resource: `arn:aws:ecr:us-east-1:123456789012:repository/r${i}`,
        condition: undefined,
      })),
    );
    const documents = atOnce(documentsOf([{ action: "ecr:T", resource: "*", condition: undefined }, ...grants]));
    assert.ok(documents.length > 5);
    for (const document of documents) assert.ok(sizeOf(document) <= MAX_MANAGED_CHARACTERS, `${sizeOf(document)}`);
    const parts = documents.flatMap(({ Statement }) => Statement);
    assert.deepEqual(
      grantsOf(parts),
      ["ecr:T *", ...grants.map(({ action, resource }) => `${action} ${resource}`)].toSorted(),
    );
    const many = `[${Array.from({ length: 150 }, (_, i) => `{ image: redis:7, to: repository-${i} }`).join(", ")}]`;
    const [policy] = await printedPolicies("apply", file("{ main: { ecr: {} } }", many));
    assert.ok((policy?.documents.length ?? 0) > 1);
    assert.match(policy?.notes.join() ?? "", /attach all \d+ parts to the role as managed policies/);
  });

  test("has the same calls as docs/iam.md", () => {
    const page = readFileSync("docs/iam.md", "utf8");
    const rows = page.split("\n").filter((line) => /^\| `(?:ecr|tag):/.test(line));
    const cells = (row: string): string => row.replaceAll(/\s*\|\s*/g, "|");
    assert.deepEqual(rows.map(cells), callTable().map(cells));
  });
});

test("the account comes from the mirror file, the role, the option, or the environment unless there is a profile", () => {
  const environment = { AWS_ACCOUNT_ID: "000000000004" };
  const role = "arn:aws:iam::000000000002:role/m";
  const accounts = [
    placeOf({ account: "000000000001", role }, "us-east-1", "000000000003", environment),
    placeOf({ role }, "us-east-1", "000000000003", environment),
    placeOf({}, "us-east-1", "000000000003", environment),
    placeOf({}, "us-east-1", undefined, environment),
    placeOf({ profile: "p" }, "us-east-1", undefined, environment),
    placeOf({}, "us-east-1", undefined, { CODEBUILD_BUILD_ARN: "arn:aws:codebuild:us-east-1:000000000005:build/x" }),
  ].map(({ account }) => account);
  assert.deepEqual(accounts, [
    "000000000001",
    "000000000002",
    "000000000003",
    "000000000004",
    undefined,
    "000000000005",
  ]);
  const partitions = ["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"].map(
    (region) => placeOf({}, region, undefined, {}).partition,
  );
  assert.deepEqual(partitions, ["aws", "aws-cn", "aws-us-gov", "aws-eusc"]);
});
