import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { DESCRIBE_CONCURRENCY } from "../../../src/ecr/repositories/describe-repositories.ts";
import type { SettingChange } from "../../../src/repository/setting-change.ts";
import type { RepositorySettings, RepositoryState } from "../../../src/repository/settings.ts";
import { isSameRepositoryPolicy } from "../../../src/repository/same-policy.ts";
import { MirrorError } from "../../../src/errors.ts";
import { startEcr, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { scriptedAws } from "../support/scripted-aws.ts";

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

const BOTH: RepositorySettings = { lifecyclePolicy: { json: LIFECYCLE }, policy: { json: POLICY } };

function lifecycle(to: string): SettingChange {
  return { kind: "put-lifecycle-policy", from: null, to };
}

function policy(to: string): SettingChange {
  return { kind: "set-repository-policy", from: null, to };
}

function wanted(names: readonly string[], settings: RepositorySettings = {}): Map<string, RepositorySettings> {
  return new Map(names.map((name) => [name, settings]));
}

/** Describes the repository that the tests create, for the mirror file "platform". */
async function described(ecr: Ecr, settings: RepositorySettings = {}): Promise<RepositoryState> {
  const state = (await ecr.describeRepositories(wanted(["team/app"], settings), "platform")).get("team/app");
  assert.ok(state !== undefined && !(state instanceof MirrorError));
  return state;
}

function callsOf(sandbox: SandboxEcr, operation: string) {
  return sandbox.calls.filter((call) => call.operation === operation);
}

test("creates a repository with all its settings and its ownership tag in one call", async () => {
  const { ecr, sandbox } = await open();
  const created = await ecr.createRepository(
    "team/app",
    {
      tagMutability: { default: "IMMUTABLE", except: ["latest", "*-nightly"] },
      scanOnPush: true,
      encryption: { type: "KMS", key: "alias/mirror" },
      tags: { team: "a" },
      ...BOTH,
    },
    "platform",
  );
  assert.equal(created, true);
  const state = await described(ecr, BOTH);
  assert.deepEqual(state.tagMutability, { default: "IMMUTABLE", except: ["latest", "*-nightly"] });
  assert.equal(state.scanOnPush, true);
  assert.equal(state.encryption.type, "KMS");
  assert.deepEqual(state.tags, { team: "a", mirrorform: "platform" });
  assert.equal(state.lifecyclePolicy, undefined, "needs a separate call");
  const [call] = callsOf(sandbox, "CreateRepository");
  assert.deepEqual(call?.input["encryptionConfiguration"], { encryptionType: "KMS", kmsKey: "alias/mirror" });
});

test("leaves unmanaged settings at ECR's defaults", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  const state = await described(ecr);
  assert.deepEqual(Object.keys(callsOf(sandbox, "CreateRepository")[0]?.input ?? {}).toSorted(), [
    "repositoryName",
    "tags",
  ]);
  assert.deepEqual(state.tagMutability, { default: "MUTABLE", except: [] });
  assert.deepEqual(state.encryption, { type: "AES256" });
  assert.equal(state.scanOnPush, false);
});

test("reads back each kind of tag mutability as it was set", async () => {
  const { ecr } = await open();
  const kinds = (["MUTABLE", "IMMUTABLE"] as const).flatMap((kind) => [
    { default: kind, except: [] },
    { default: kind, except: ["v*"] },
  ]);
  const names = kinds.map((_, index) => `team/app-${index}`);
  for (const [index, tagMutability] of kinds.entries()) {
    await ecr.createRepository(`team/app-${index}`, { tagMutability }, "platform");
  }
  const states = [...(await ecr.describeRepositories(wanted(names), "platform")).values()];
  assert.deepEqual(
    states.map((state) => "tagMutability" in state && state.tagMutability),
    kinds,
  );
});

test("a tag in the mirror file cannot override the ownership tag", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", { tags: { mirrorform: "somebody" } }, "platform");
  assert.deepEqual((await described(ecr)).tags, { mirrorform: "platform" });
});

test("leaves an existing repository of the owner unchanged", async () => {
  const { ecr } = await open();
  assert.equal(await ecr.createRepository("team/app", { scanOnPush: true }, "platform"), true);
  assert.equal(await ecr.createRepository("team/app", { scanOnPush: false }, "platform"), false);
  assert.equal((await described(ecr)).scanOnPush, true);
});

test("an existing repository with another owner or without one is STALE", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "another");
  (await sandbox.registry()).store.create("nobody/app");
  const stale = { code: "STALE", side: "target", operation: "create repository", hint: /plan again/ };
  await assert.rejects(ecr.createRepository("team/app", {}, "platform"), { ...stale, message: /"another"/ });
  await assert.rejects(ecr.createRepository("nobody/app", {}, "platform"), { ...stale, message: /no ownership tag/ });
  assert.deepEqual((await described(ecr)).tags, { mirrorform: "another" });
});

test("reads back policies as they were set, and does not set them again", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  for (const first of [true, false]) {
    const reordered = JSON.stringify(JSON.parse(LIFECYCLE), undefined, first ? 0 : 2);
    assert.equal(await ecr.changeSetting("team/app", lifecycle(reordered), "platform"), first);
    assert.equal(await ecr.changeSetting("team/app", policy(POLICY), "platform"), first);
  }
  const state = await described(ecr, BOTH);
  assert.deepEqual(JSON.parse(state.lifecyclePolicy ?? ""), JSON.parse(LIFECYCLE));
  assert.ok(isSameRepositoryPolicy(state.policy ?? "", POLICY));
  assert.equal(callsOf(sandbox, "PutLifecyclePolicy").length, 1);
  assert.equal(callsOf(sandbox, "SetRepositoryPolicy").length, 1);
});

test("a policy that has changed since the plan is STALE and unchanged", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  await ecr.changeSetting("team/app", lifecycle(LIFECYCLE.replace("ten", "10")), "platform");
  await ecr.changeSetting("team/app", policy(POLICY.replace("pull", "read")), "platform");
  const stale = { code: "STALE", side: "target", reference: "team/app", message: /changed since the plan/ };
  await assert.rejects(ecr.changeSetting("team/app", lifecycle(LIFECYCLE), "platform"), stale);
  await assert.rejects(ecr.changeSetting("team/app", policy(POLICY), "platform"), stale);
  assert.equal(callsOf(sandbox, "PutLifecyclePolicy").length, 1);
  assert.equal(callsOf(sandbox, "SetRepositoryPolicy").length, 1);
});

test("setting a policy is STALE if the repository has another owner or no longer exists", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "another");
  for (const name of ["team/app", "team/gone"]) {
    const stale = { code: "STALE", side: "target", reference: name };
    await assert.rejects(ecr.changeSetting(name, lifecycle(LIFECYCLE), "platform"), stale);
    await assert.rejects(ecr.changeSetting(name, policy(POLICY), "platform"), stale);
  }
  assert.equal(callsOf(sandbox, "PutLifecyclePolicy").length, 0);
  assert.equal(callsOf(sandbox, "SetRepositoryPolicy").length, 0);
});

test("for a policy that ECR rejects, the error is REPOSITORY_FAILED with ECR's message", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  await assert.rejects(ecr.changeSetting("team/app", lifecycle("{}"), "platform"), {
    code: "REPOSITORY_FAILED",
    operation: "set lifecycle policy of",
    message: /lifecyclePolicyText/,
  });
});

test("omits repositories that do not exist, and returns the others", async () => {
  const { ecr } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  const found = await ecr.describeRepositories(wanted(["team/none", "team/app", "other"]), "platform");
  assert.deepEqual([...found.keys()], ["team/app"]);
});

test("makes no call without names", async () => {
  const { ecr, sandbox } = await open();
  assert.equal((await ecr.describeRepositories(wanted([]), "platform")).size, 0);
  assert.equal(callsOf(sandbox, "DescribeRepositories").length, 0);
});

test("describes more than 100 repositories, a few at a time", async () => {
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
  assert.equal((await ecr.describeRepositories(wanted(names, BOTH), "platform")).size, 3);
  assert.ok(most > 1 && most <= DESCRIBE_CONCURRENCY * 2, `${most} at a time`);
});

test("a denied lookup is an error of that repository rather than a missing one, and does not affect the others", async () => {
  const repository = { repositoryName: "b", repositoryArn: "arn:b", repositoryUri: "uri/b" };
  const aws = await scriptedAws((operation, _, body) => {
    if (operation !== "DescribeRepositories") return operation === "ListTagsForResource" ? { json: {} } : undefined;
    return body.includes('"a"') ? { exception: "AccessDeniedException" } : { json: { repositories: [repository] } };
  });
  const ecr = await openEcr({}, testContext(aws.environment));
  const found = await ecr.describeRepositories(wanted(["a", "b"]), "platform");
  const [denied, state] = [found.get("a"), found.get("b")];
  assert.ok(denied instanceof MirrorError);
  assert.deepEqual([denied.code, denied.reference], ["DENIED", "a"]);
  assert.match(denied.hint, /ecr:DescribeRepositories on a /);
  assert.ok(state !== undefined && "arn" in state);
});

test("expired credentials end all lookups immediately", async () => {
  const aws = await scriptedAws((operation) =>
    operation === "DescribeRepositories" ? { exception: "ExpiredTokenException" } : undefined,
  );
  const ecr = await openEcr({}, testContext(aws.environment));
  const names = Array.from({ length: 50 }, (_, index) => `team/app-${index}`);
  await assert.rejects(ecr.describeRepositories(wanted(names), "platform"), { code: "EXPIRED_CREDENTIALS" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(aws.operations.filter((name) => name === "DescribeRepositories").length <= 2 * DESCRIBE_CONCURRENCY);
});

test("a managed policy that cannot be read is an error rather than a missing policy", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  sandbox.deny(["ecr:GetLifecyclePolicy"]);
  const found = (await ecr.describeRepositories(wanted(["team/app"], BOTH), "platform")).get("team/app");
  assert.ok(found instanceof MirrorError);
  assert.equal(found.code, "DENIED");
  assert.match(found.hint, /ecr:GetLifecyclePolicy/);
});

test("does not read unmanaged policies, or policies of repositories with another owner", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  await ecr.changeSetting("team/app", lifecycle(LIFECYCLE), "platform");
  const before = sandbox.calls.length;
  sandbox.deny(["ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy"]);
  assert.equal((await described(ecr)).lifecyclePolicy, undefined);
  const other = await ecr.describeRepositories(wanted(["team/app"], BOTH), "another");
  assert.ok(!(other.get("team/app") instanceof MirrorError));
  const operations = new Set(sandbox.calls.slice(before).map(({ operation }) => operation));
  assert.deepEqual([...operations], ["DescribeRepositories", "ListTagsForResource"]);
});

test("a denied creation names the missing action, including ecr:TagResource", async () => {
  const { ecr, sandbox } = await open();
  sandbox.deny(["ecr:TagResource"]);
  await assert.rejects(ecr.createRepository("team/app", {}, "platform"), {
    code: "DENIED",
    reference: "team/app",
    hint: "grant ecr:TagResource on team/app to arn:aws:iam::123456789012:user/sandbox",
  });
});

test("does not retry after a full quota", async () => {
  const { ecr, sandbox } = await open();
  sandbox.quirks["ecr-repository-quota"] = true;
  sandbox.limits.repositories = 0;
  await assert.rejects(ecr.createRepository("team/app", {}, "platform"), { code: "SERVICE_QUOTA" });
  assert.equal(callsOf(sandbox, "CreateRepository").length, 1);
});

test("retries after a lost response, and finds the created repository", async () => {
  const { ecr, sandbox } = await open();
  let lost = false;
  sandbox.api.onRequest = ({ headers }) => {
    if (lost || headers["x-amz-target"]?.endsWith(".CreateRepository") !== true) return undefined;
    lost = true;
    return { kind: "truncate", afterBytes: 1 };
  };
  const created = await ecr.createRepository("team/app", {}, "platform");
  assert.equal(created, false, "ECR does not reveal which call created it");
  assert.deepEqual((await described(ecr)).tags, { mirrorform: "platform" });
});

test("retries while the account is throttled", async () => {
  const { ecr, sandbox } = await open();
  await ecr.createRepository("team/app", {}, "platform");
  let refused = 0;
  sandbox.api.onRequest = () => {
    if (refused === 3) return undefined;
    refused += 1;
    const body = JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" });
    return { kind: "answer", answer: { status: 400, headers: { "content-type": "application/x-amz-json-1.1" }, body } };
  };
  assert.equal((await described(ecr)).name, "team/app");
});
