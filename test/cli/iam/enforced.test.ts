import assert from "node:assert/strict";
import { describe, test } from "node:test";

import pLimit from "p-limit";

import { CALLS } from "../../../src/cli/iam/calls.ts";
import type { PolicyDocument } from "../../../src/cli/iam/documents.ts";
import { isAllowed } from "../../../src/sandbox/aws/iam-policy.ts";
import { EVERYTHING, drifted, printedPolicies, type Drifted } from "./support.ts";

/** Returns the only document of the only policy. */
async function printed(role: "plan" | "apply"): Promise<PolicyDocument> {
  const policies = await printedPolicies(role);
  const documents = policies.flatMap((policy) => policy.documents);
  const [document] = documents;
  assert.ok(document !== undefined && documents.length === 1);
  return document;
}

/** Every ECR action that writes (Service Authorization Reference, Amazon Elastic Container Registry). */
const MUTATING = [
  "BatchDeleteImage",
  "BatchImportUpstreamImage",
  "CompleteLayerUpload",
  "CreatePullThroughCacheRule",
  "CreateRepository",
  "CreateRepositoryCreationTemplate",
  "DeleteLifecyclePolicy",
  "DeletePullThroughCacheRule",
  "DeleteRegistryPolicy",
  "DeleteRepository",
  "DeleteRepositoryCreationTemplate",
  "DeleteRepositoryPolicy",
  "DeleteSigningConfiguration",
  "DeregisterPullTimeUpdateExclusion",
  "InitiateLayerUpload",
  "PutAccountSetting",
  "PutImage",
  "PutImageScanningConfiguration",
  "PutImageTagMutability",
  "PutLifecyclePolicy",
  "PutRegistryPolicy",
  "PutRegistryScanningConfiguration",
  "PutReplicationConfiguration",
  "PutSigningConfiguration",
  "RegisterPullTimeUpdateExclusion",
  "ReplicateImage",
  "SetRepositoryPolicy",
  "StartImageScan",
  "StartLifecyclePolicyPreview",
  "TagResource",
  "UntagResource",
  "UpdateImageStorageClass",
  "UpdatePullThroughCacheRule",
  "UpdateRepositoryCreationTemplate",
  "UploadLayerPart",
];

/** Actions that apply never uses. */
const NEVER = MUTATING.filter((name) => !CALLS.some(({ action }) => action === name));

function inputFor(name: string): object {
  const resourceArn = `arn:aws:ecr:us-east-1:123456789012:repository/${name}`;
  return { repositoryName: name, resourceArn, tags: [{ Key: "mirrorform", Value: "platform" }] };
}

/** Returns the operations on a repository that are not denied. */
async function notDenied(place: Drifted, operations: readonly string[], input: object): Promise<string[]> {
  const answers = operations.map(async (name) => ({ name, error: await place.call("restricted", name, input) }));
  return (await Promise.all(answers)).filter(({ error }) => error !== "AccessDeniedException").map(({ name }) => name);
}

test("with the printed plan policy, plan prints the same as with full permissions, and every change is denied", async (t) => {
  const place = await drifted(t);
  const unrestricted = await place.runAs([EVERYTHING], "plan");
  const restricted = await place.runAs([await printed("plan")], "plan");
  assert.deepEqual(place.sandbox.ecr.denials, []);
  assert.equal(restricted.code, 0, restricted.stdout);
  assert.equal(restricted.stdout, unrestricted.stdout);
  for (const name of ["drifted", "adopted", "not-in-the-file"]) {
    assert.deepEqual(await notDenied(place, MUTATING, inputFor(name)), []);
  }
});

test("with the printed apply policy, apply succeeds without a denial, and a second apply has nothing to do", async (t) => {
  const place = await drifted(t);
  const policy = await printed("apply");
  const applied = await place.runAs([policy], "apply");
  assert.deepEqual(place.sandbox.ecr.denials, []);
  assert.equal(applied.code, 0, applied.stdout);
  const { outcomes } = JSON.parse(applied.stdout) as { outcomes: { action: { kind: string } }[] };
  assert.deepEqual([...new Set(outcomes.map(({ action }) => action.kind))].toSorted(), [
    "adopt-repository",
    "copy-image",
    "create-repository",
    "delete-lifecycle-policy",
    "delete-repository-policy",
    "delete-tag",
    "put-lifecycle-policy",
    "put-resource-tags",
    "put-scan-on-push",
    "put-tag-mutability",
    "set-repository-policy",
  ]);
  const again = await place.runAs([policy], "apply");
  assert.equal(again.code, 0, again.stdout);
  assert.deepEqual((JSON.parse(again.stdout) as { outcomes: unknown[] }).outcomes, []);
});

test("with the printed apply policy, other changes are denied, and all changes of other repositories", async (t) => {
  const place = await drifted(t);
  const policy = await printed("apply");
  assert.equal((await place.runAs([policy], "plan")).code, 0);
  assert.deepEqual(await notDenied(place, NEVER, inputFor("drifted")), []);
  assert.deepEqual(await notDenied(place, MUTATING, inputFor("not-in-the-file")), []);
  assert.deepEqual(await notDenied(place, MUTATING, { ...inputFor("drifted"), registryId: "210987654321" }), []);
  // Permissions that only some repositories need are denied for the others.
  assert.deepEqual(await notDenied(place, ["BatchDeleteImage", "PutLifecyclePolicy"], inputFor("fresh")), []);
  const context = { "aws:RequestTag/mirrorform": ["platform"], "aws:ResourceTag/mirrorform": ["platform"] };
  const elsewhere = ["us-east-1:210987654321:repository/drifted", "eu-west-1:123456789012:repository/drifted"];
  for (const name of [...MUTATING, ...CALLS.filter(({ on }) => on !== undefined).map(({ action }) => action)]) {
    for (const resource of elsewhere) {
      const request = { action: `ecr:${name}`, resource: `arn:aws:ecr:${resource}`, context };
      assert.equal(isAllowed([policy], request), false, `${name} of ${resource}`);
    }
  }
});

test("a declared repository with another owner or none keeps its ownership tag, settings and tags", async (t) => {
  const place = await drifted(t);
  const policy = await printed("apply");
  assert.equal((await place.runAs([policy], "plan")).code, 0);
  const settings = CALLS.flatMap(({ action, tagCondition }) => (tagCondition === "owned" ? [action] : []));
  const arn = "arn:aws:ecr:us-east-1:123456789012:repository/drifted";
  const ownershipTag = (value: string) => ({ resourceArn: arn, tags: [{ Key: "mirrorform", Value: value }] });
  assert.equal(await place.call("restricted", "TagResource", ownershipTag("another")), "AccessDeniedException");
  assert.equal(await place.call("unrestricted", "TagResource", ownershipTag("another")), undefined);
  assert.equal(await place.call("restricted", "TagResource", ownershipTag("platform")), "AccessDeniedException");
  assert.deepEqual(await notDenied(place, settings, inputFor("drifted")), []);
  assert.equal(
    await place.call("unrestricted", "UntagResource", { resourceArn: arn, tagKeys: ["mirrorform"] }),
    undefined,
  );
  assert.deepEqual(await notDenied(place, settings, inputFor("drifted")), []);
  assert.equal(
    await place.call("restricted", "TagResource", ownershipTag("platform")),
    undefined,
    "this adopts the repository",
  );
});

describe("without one action of the printed policy, a call is denied for", { concurrency: 3 }, () => {
  /** Actions that runs can do without. */
  const optional = new Set(
    CALLS.flatMap(({ service = "ecr", action, without }) => (without === undefined ? [] : [`${service}:${action}`])),
  );

  for (const role of ["plan", "apply"] as const) {
    test(role, async (t) => {
      const policy = await printed(role);
      const pairs = policy.Statement.flatMap(({ Action }, at) => Action.map((action) => ({ at, action })));
      assert.ok(pairs.length > 10);
      // Concurrent, because a run mostly waits: for other copies of its images, and for the PutImage limit.
      const limit = pLimit(8);
      const tries = pairs.map(({ at, action }) =>
        limit(async () => {
          const Statement = policy.Statement.map((statement, i) =>
            i === at ? { ...statement, Action: statement.Action.filter((each) => each !== action) } : statement,
          );
          const place = await drifted(t);
          const { code } = await place.runAs([{ ...policy, Statement }], role);
          const denied = place.sandbox.ecr.denials.map((denial) => denial.action);
          assert.ok(denied.includes(action), `${action} of statement ${at + 1} is not needed`);
          if (role === "apply" && !optional.has(action)) assert.equal(code, 1, `nothing failed without ${action}`);
          await place.close();
        }),
      );
      await Promise.all(tries);
    });
  }
});
