import { testContext } from "./support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openEcr, type Ecr } from "../../src/ecr/ecr.ts";
import { DESCRIBE_CONCURRENCY } from "../../src/ecr/describe-repositories.ts";
import { startEcr, type SandboxEcr } from "../../src/sandbox/ecr.ts";

const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: "keep ten",
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 10 },
      action: { type: "expire" },
    },
  ],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "pull", Effect: "Allow", Principal: "*", Action: ["ecr:BatchGetImage"] }],
});

async function open(): Promise<{ ecr: Ecr; sandbox: SandboxEcr }> {
  const sandbox = await startEcr();
  after(() => sandbox.close());
  return { ecr: await openEcr({}, testContext(sandbox.environment)), sandbox };
}

function callsOf(sandbox: SandboxEcr, operation: string) {
  return sandbox.calls.filter((call) => call.operation === operation);
}

test("a repository is created with all its settings and its owner in one call", async () => {
  const { ecr, sandbox } = await open();
  const { created, state } = await ecr.createRepository(
    "team/app",
    {
      tagMutability: { default: "IMMUTABLE", except: ["latest", "*-nightly"] },
      scanOnPush: true,
      encryption: { type: "KMS", key: "alias/mirror" },
      tags: { team: "a" },
      lifecyclePolicy: { json: LIFECYCLE },
    },
    "platform",
  );
  assert.equal(created, true);
  assert.deepEqual(state.tagMutability, { default: "IMMUTABLE", except: ["latest", "*-nightly"] });
  assert.equal(state.scanOnPush, true);
  assert.equal(state.encryption.type, "KMS");
  assert.deepEqual(state.tags, { team: "a", mirrorform: "platform" });
  assert.equal(state.lifecyclePolicy, undefined, "a call of its own");
  assert.deepEqual((await ecr.describeRepositories(["team/app"])).get("team/app"), state);
  const [call] = callsOf(sandbox, "CreateRepository");
  assert.deepEqual(call?.input["encryptionConfiguration"], { encryptionType: "KMS", kmsKey: "alias/mirror" });
});

test("settings that the file does not manage are left to ECR", async () => {
  const { ecr, sandbox } = await open();
  const { state } = await ecr.createRepository("team/app", {}, "platform");
  assert.deepEqual(Object.keys(callsOf(sandbox, "CreateRepository")[0]?.input ?? {}).toSorted(), [
    "repositoryName",
    "tags",
  ]);
  assert.deepEqual(state.tagMutability, { default: "MUTABLE", except: [] });
  assert.deepEqual(state.encryption, { type: "AES256" });
  assert.equal(state.scanOnPush, false);
});

test("each kind of tag mutability reads back as it was asked for", async () => {
  const { ecr } = await open();
  const kinds = (["MUTABLE", "IMMUTABLE"] as const).flatMap((kind) => [
    { default: kind, except: [] },
    { default: kind, except: ["v*"] },
  ]);
  for (const [index, tagMutability] of kinds.entries()) {
    const { state } = await ecr.createRepository(`team/app-${index}`, { tagMutability }, "platform");
    assert.deepEqual(state.tagMutability, tagMutability);
  }
});

test("a tag of the file cannot take the owner's place", async () => {
  const { ecr } = await open();
  const { state } = await ecr.createRepository("team/app", { tags: { mirrorform: "somebody" } }, "platform");
  assert.deepEqual(state.tags, { mirrorform: "platform" });
});

test("a repository that is there already is described as it is, whoever owns it", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", { scanOnPush: true }, "first");
  const { created, state } = await ecr.createRepository("team/app", { scanOnPush: false }, "second");
  assert.equal(created, false);
  assert.equal(state.scanOnPush, true);
  assert.deepEqual(state.tags, { mirrorform: "first" });
});

test("policies read back as they were set", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  await ecr.putLifecyclePolicy("team/app", LIFECYCLE);
  await ecr.setRepositoryPolicy("team/app", POLICY);
  const state = (await ecr.describeRepositories(["team/app"])).get("team/app");
  assert.deepEqual(JSON.parse(state?.lifecyclePolicy ?? ""), JSON.parse(LIFECYCLE));
  assert.deepEqual(JSON.parse(state?.policy ?? ""), JSON.parse(POLICY));
});

test("a policy that ECR does not take is REPOSITORY_FAILED with ECR's words", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  await assert.rejects(ecr.putLifecyclePolicy("team/app", "{}"), {
    code: "REPOSITORY_FAILED",
    operation: "set the lifecycle policy",
    message: /lifecyclePolicyText/,
  });
});

test("absent repositories are missing from the map and hide no others", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  const found = await ecr.describeRepositories(["team/none", "team/app", "team/app", "other"]);
  assert.deepEqual([...found.keys()], ["team/app"]);
});

test("no names, no call", async () => {
  const { ecr, sandbox } = await open();
  assert.equal((await ecr.describeRepositories([])).size, 0);
  assert.equal(callsOf(sandbox, "DescribeRepositories").length, 0);
});

test("more than a hundred repositories are described, a few at a time", async () => {
  const { ecr, sandbox } = await open();
  const names = Array.from({ length: 120 }, (_, index) => `team/app-${index}`);
  for (const name of names.slice(0, 3)) await ecr.createRepository(name, {}, "platform");
  let running = 0;
  let most = 0;
  sandbox.api.onRequest = () => {
    running += 1;
    most = Math.max(most, running);
    return { kind: "delay", milliseconds: 2 };
  };
  sandbox.api.onFinished = () => {
    running -= 1;
  };
  assert.equal((await ecr.describeRepositories(names)).size, 3);
  assert.ok(most > 1 && most <= DESCRIBE_CONCURRENCY * 3, `${most} at a time`);
});

test("a denied look-up is an error, never an absent repository, and ends the others", async () => {
  const { ecr, sandbox } = await open();
  const names = Array.from({ length: 50 }, (_, index) => `team/app-${index}`);
  sandbox.deny(["ecr:DescribeRepositories"]);
  await assert.rejects(ecr.describeRepositories(names), {
    code: "DENIED",
    hint: /ecr:DescribeRepositories on team\/app-/,
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(callsOf(sandbox, "DescribeRepositories").length <= 2 * DESCRIBE_CONCURRENCY);
});

test("a policy that may not be read is an error, never no policy", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  sandbox.deny(["ecr:GetLifecyclePolicy"]);
  await assert.rejects(ecr.describeRepositories(["team/app"]), { code: "DENIED", hint: /ecr:GetLifecyclePolicy/ });
});

test("a denied creation names the action that is missing, tagging included", async () => {
  const { ecr, sandbox } = await open();
  sandbox.deny(["ecr:TagResource"]);
  await assert.rejects(ecr.createRepository("team/app", {}, "platform"), {
    code: "DENIED",
    reference: "team/app",
    hint: "grant ecr:TagResource on team/app to arn:aws:iam::123456789012:user/sandbox",
  });
});

test("a full quota is told at once", async () => {
  const { ecr, sandbox } = await open();
  sandbox.quirks["ecr-repository-quota"] = true;
  sandbox.limits.repositories = 0;
  await assert.rejects(ecr.createRepository("team/app", {}, "platform"), { code: "SERVICE_QUOTA" });
  assert.equal(callsOf(sandbox, "CreateRepository").length, 1);
});

test("an answer that is lost is asked for again, and the repository is there", async () => {
  const { ecr, sandbox } = await open();
  let lost = false;
  sandbox.api.onRequest = ({ headers }) => {
    if (lost || headers["x-amz-target"]?.endsWith(".CreateRepository") !== true) return undefined;
    lost = true;
    return { kind: "truncate", afterBytes: 1 };
  };
  const { created, state } = await ecr.createRepository("team/app", {}, "platform");
  assert.equal(created, false, "ECR cannot tell whose call it was");
  assert.deepEqual(state.tags, { mirrorform: "platform" });
});

test("a target whose account's rate is used up is asked until it answers", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  let refused = 0;
  sandbox.api.onRequest = () => {
    if (refused === 3) return undefined;
    refused += 1;
    const body = JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" });
    return { kind: "answer", answer: { status: 400, headers: { "content-type": "application/x-amz-json-1.1" }, body } };
  };
  assert.equal((await ecr.describeRepositories(["team/app"])).size, 1);
});
