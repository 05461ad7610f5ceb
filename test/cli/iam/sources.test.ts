import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import pLimit from "p-limit";

import type { PolicyDocument } from "../../../src/cli/iam/documents.ts";
import type { RolePolicy } from "../../../src/cli/iam/policies.ts";
import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";
import { assumedRole } from "../../../src/sandbox/aws/ecr-identity.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import type { IamPolicy } from "../../../src/sandbox/aws/iam-policy.ts";
import { runHere, type RanHere } from "../../support/in-process.ts";
import { world, type World } from "../../support/world.ts";
import { printedPolicies } from "./support.ts";

const ACCOUNT = "123456789012";
const SOURCE = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const ALTERNATE = `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com`;
const SMALL = { layers: 1, layerBytes: 64 };

/** A listed image, rules, referrers and platforms; and a Docker Hub image with an ECR as an alternate. */
const FILE = `
version: 1
name: platform
targets: { main: { ecr: { account: "${ACCOUNT}" } } }
sources:
  docker.io: { alternates: [{ registry: ${ALTERNATE}/hub }] }
  ${ALTERNATE}: {}
mirrors:
  - { image: "${SOURCE}/app:1", referrers: true }
  - { image: "${SOURCE}/app:two", to: "other:1", platforms: [linux/amd64] }
  - { image: "${SOURCE}/tool", tags: { match: "v.*" } }
  - { image: "${SOURCE}/dated", tags: { match: "v.*", order: pushed, newest: 1 } }
  - image: redis:7
`;

const arn = (region: string, repository: string): string => `arn:aws:ecr:${region}:${ACCOUNT}:repository/${repository}`;

/** Prepares runs of {@link FILE} with restricted permissions. */
async function place(t: TestContext) {
  const there: World = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"], imageOptions: SMALL });
  const { sandbox, folder } = there;
  const source = await sandbox.ecr.registry(ACCOUNT, "eu-west-1");
  const alternate = await sandbox.ecr.registry(ACCOUNT, "eu-central-1");
  for (const [repository, tag] of [
    ["app", "1"],
    ["app", "two"],
    ["tool", "v1"],
    ["dated", "v1"],
  ] as const) {
    storeImage(source.store, source.store.create(repository), generateImage(`${repository}:${tag}`, SMALL), tag);
  }
  const same = generateImage("docker.io/library/redis:7", SMALL);
  storeImage(alternate.store, alternate.store.create("hub/library/redis"), same, "7");
  const principal = assumedRole(ACCOUNT, "mirror", "mirrorform");
  const key = sandbox.ecr.issue(principal, 3600);
  const environment = {
    ...sandbox.environment,
    [`MIRRORFORM_ENDPOINT_${environmentSuffix(SOURCE)}`]: source.server.url,
    [`MIRRORFORM_ENDPOINT_${environmentSuffix(ALTERNATE)}`]: alternate.server.url,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: key.sessionToken,
  };
  return {
    sandbox,
    runAs(policies: readonly IamPolicy[], command: string): Promise<RanHere> {
      const sandboxOnly = { Effect: "Allow", Action: "ecr:DescribeRegistry", Resource: "*" } as const;
      sandbox.ecr.enforce(principal.arn, [...policies, { Version: "2012-10-17", Statement: [sandboxOnly] }]);
      return runHere([command, "--json", "--file", `${folder}/mirrors.yaml`], environment);
    },
  };
}

async function printed(role: "plan" | "apply"): Promise<PolicyDocument> {
  const documents = (await printedPolicies(role, FILE)).flatMap((policy) => policy.documents);
  const [document] = documents;
  assert.ok(document !== undefined && documents.length === 1);
  return document;
}

function grantsOf({ Statement }: PolicyDocument): string[] {
  return Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`)),
  );
}

describe("for an ECR source", { concurrency: 4 }, () => {
  test("the policies allow only reads, by repository", async () => {
    const elsewhere = async (role: "plan" | "apply") =>
      grantsOf(await printed(role))
        .filter((grant) => /:eu-/.test(grant))
        .toSorted();
    const plan = [
      `ecr:BatchGetImage ${arn("eu-west-1", "app")}`,
      `ecr:BatchGetImage ${arn("eu-west-1", "dated")}`,
      `ecr:BatchGetImage ${arn("eu-west-1", "tool")}`,
      `ecr:DescribeImages ${arn("eu-west-1", "dated")}`,
      `ecr:ListImages ${arn("eu-west-1", "tool")}`,
    ];
    assert.deepEqual(await elsewhere("plan"), plan);
    assert.deepEqual(
      await elsewhere("apply"),
      [
        ...plan,
        `ecr:BatchGetImage ${arn("eu-central-1", "hub/library/redis")}`,
        `ecr:GetDownloadUrlForLayer ${arn("eu-central-1", "hub/library/redis")}`,
        `ecr:GetDownloadUrlForLayer ${arn("eu-west-1", "app")}`,
        `ecr:GetDownloadUrlForLayer ${arn("eu-west-1", "dated")}`,
        `ecr:GetDownloadUrlForLayer ${arn("eu-west-1", "tool")}`,
      ].toSorted(),
    );
  });

  test("plan and apply succeed with them without a denial", async (t) => {
    const { runAs, sandbox } = await place(t);
    const planned = await runAs([await printed("plan")], "plan");
    assert.equal(planned.code, 0, planned.stdout);
    const applied = await runAs([await printed("apply")], "apply");
    assert.equal(applied.code, 0, applied.stdout);
    assert.deepEqual(sandbox.ecr.denials, []);
    assert.equal(sandbox.dockerHub.counted, 0, "the alternate was read");
  });

  for (const role of ["plan", "apply"] as const) {
    test(`without one grant of the ${role} role, a call is denied`, async (t) => {
      const policy = await printed(role);
      const away = grantsOf(policy).filter((grant) => /:eu-/.test(grant));
      const limit = pLimit(4);
      const tries = away.map((grant) =>
        limit(async () => {
          const Statement = policy.Statement.flatMap((statement) =>
            statement.Action.flatMap((action) =>
              [statement.Resource]
                .flat()
                .filter((resource) => `${action} ${resource}` !== grant)
                .map((resource) => ({ ...statement, Action: [action], Resource: [resource] })),
            ),
          );
          const { runAs, sandbox } = await place(t);
          await runAs([{ ...policy, Statement }], role);
          const denied = sandbox.ecr.denials.map(({ action, resource }) => `${action} ${resource}`);
          assert.ok(denied.includes(grant), `${grant} is not needed`);
        }),
      );
      await Promise.all(tries);
    });
  }

  test("the credentials of the run read it, whatever the targets' role, and a note mentions another account", async () => {
    const role = "arn:aws:iam::210987654321:role/mirror";
    const file = FILE.replace(`account: "${ACCOUNT}"`, `role: "${role}"`);
    const policies: RolePolicy[] = await printedPolicies("plan", file, ["--account", "345678901234"]);
    assert.deepEqual(
      policies.map(({ principal, account, targets }) => [principal, account, targets]),
      [
        [role, "210987654321", ["main"]],
        ["the credentials of the run", "345678901234", ["main"]],
      ],
    );
    assert.match(policies[1]?.notes.join() ?? "", /account 123456789012.*policies of its repositories/);
    const layout = FILE.replace(/ecr: \{ account.*?\}/, "layout: ./out");
    assert.deepEqual(
      (await printedPolicies("plan", layout, ["--account", ACCOUNT])).map(({ principal }) => principal),
      ["the credentials of the run"],
    );
  });
});
