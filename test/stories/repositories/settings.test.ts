import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import {
  CreateRepositoryCommand,
  CreateRepositoryCreationTemplateCommand,
  DeleteLifecyclePolicyCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutRegistryScanningConfigurationCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UpdateImageStorageClassCommand,
  type ECRClient,
} from "@aws-sdk/client-ecr";

import { clientFor } from "../../sandbox/support/ecr.ts";
import { rewrite, startWith } from "../../support/selected-platforms.ts";
import { ecrOf } from "../../support/scenario.ts";
import { world, type Document, type World } from "../../support/world.ts";

const ARN = "arn:aws:ecr:us-east-1:123456789012:repository/redis";
const REDIS = { repositoryName: "redis" };
const LIFECYCLE =
  "{ rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }";
const POLICY =
  '{ Version: 2012-10-17, Statement: [{ Sid: pull, Effect: Allow, Principal: { AWS: "210987654321" }, Action: ["ecr:BatchGetImage"] }] }';

function file(repositories: string, mirrors = "[{ image: redis:7 }]", name = "platform"): string {
  return `version: 1\nname: ${name}\ntargets:\n  main: { ecr: {} }\nrepositories: ${repositories}\nmirrors: ${mirrors}\n`;
}

interface Place extends World {
  client: ECRClient;
  declare(text: string): Promise<void>;
}

async function start(t: TestContext, text: string, images = ["redis:7"]): Promise<Place> {
  const place = await world(t, { "mirrors.yaml": text }, { images, imageOptions: { layers: 1, layerBytes: 64 } });
  return {
    ...place,
    client: clientFor(t, place.sandbox.ecr),
    declare: (more) => writeFile(`${place.folder}/mirrors.yaml`, more),
  };
}

/** Applies, and checks that a new plan has no actions. */
async function applyAll(place: Place): Promise<string[]> {
  const applied = await place.json(["apply"]);
  assert.equal(applied.code, 0, JSON.stringify(applied.document));
  const again = await place.json(["plan", "--detailed-exitcode"]);
  assert.deepEqual(actionsOf(again.document), []);
  assert.equal(again.code, 0, JSON.stringify(again.document));
  return (applied.document.outcomes ?? []).map(({ action, result }) => `${action.kind} ${result}`);
}

function actionsOf(document: Document): string[] {
  return rowsOf(document).flatMap(({ action }) => (action === undefined ? [] : [action.kind]));
}

function rowsOf(document: Document) {
  return (document.targets ?? []).flatMap(({ rows }) => rows);
}

async function tagsOf({ client }: Place): Promise<Record<string, string>> {
  const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: ARN }));
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function callsOf({ sandbox }: World, operation: string) {
  return sandbox.ecr.calls.filter((call) => call.operation === operation);
}

describe("an owned repository", { concurrency: 4 }, () => {
  test("has a row that shows a principal that changes from an account to anyone, as text, Markdown and JSON", async (t) => {
    const place = await start(t, file(`{ policy: ${POLICY} }`));
    await applyAll(place);
    const markdown = async (): Promise<string> => {
      await place.run(["plan", "--markdown", "plan.md"]);
      return readFile(`${place.folder}/plan.md`, "utf8");
    };
    const before = await markdown();
    await place.declare(file(`{ policy: ${POLICY.replace('{ AWS: "210987654321" }', '"*"')} }`));
    const change = "~ statement pull: Principal 210987654321 -> * (anyone)";
    assert.ok((await place.run(["plan"])).stdout.includes(`setting drifted: ${change}`));
    const page = await markdown();
    assert.ok(page.replaceAll("\\", "").includes(change), page);
    assert.notEqual(page.split("\n")[0], before.split("\n")[0]);
    const { document } = await place.json(["plan"]);
    const action = rowsOf(document).find((row) => row.action?.kind === "set-repository-policy")?.action;
    assert.deepEqual(action !== undefined && "changes" in action ? action.changes : undefined, [
      {
        change: "changed",
        item: "statement pull",
        elements: [{ element: "Principal", removed: ["210987654321"], added: ["*"] }],
      },
    ]);
  });

  test("gets drifted settings back, and other settings stay", async (t) => {
    const settings = `{ tagMutability: { default: IMMUTABLE, except: [latest, "*-dev"] }, scanOnPush: true, encryption: KMS, lifecyclePolicy: ${LIFECYCLE}, policy: ${POLICY}, tags: { team: platform } }`;
    const place = await start(t, file(settings));
    await applyAll(place);
    const { client } = place;
    await client.send(new PutImageTagMutabilityCommand({ ...REDIS, imageTagMutability: "MUTABLE" }));
    await client.send(
      new PutImageScanningConfigurationCommand({ ...REDIS, imageScanningConfiguration: { scanOnPush: false } }),
    );
    await client.send(new DeleteLifecyclePolicyCommand(REDIS));
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await client.send(new SetRepositoryPolicyCommand({ ...REDIS, policyText }));
    const tags = [
      { Key: "team", Value: "unknown" },
      { Key: "cost", Value: "7" },
    ];
    await client.send(new TagResourceCommand({ resourceArn: ARN, tags }));

    const shown = await place.run(["plan"]);
    assert.match(shown.stdout, /~ tag mutability +MUTABLE -> IMMUTABLE except latest, \*-dev +setting drifted/);
    assert.match(shown.stdout, /~ scan on push +false -> true +setting drifted/);
    assert.match(shown.stdout, /~ resource tags +team: unknown -> platform +setting drifted/);
    const unwrapped = shown.stdout.replace(/\s+/g, " ");
    assert.match(
      unwrapped,
      /\+ lifecycle policy +1 rule +not set: \+ rule 1: action expire, tagStatus untagged, countType imageCountMoreThan, countNumber 9/,
    );
    assert.match(
      unwrapped,
      /~ repository policy +0 statements -> 1 statement +setting drifted: \+ statement pull: Effect Allow, Principal 210987654321, Action ecr:BatchGetImage/,
    );
    assert.match(shown.stdout, /Plan: 1 to create, 4 to change, 0 to delete, 1 unchanged\./);
    const { document } = await place.json(["plan"]);
    const mutability = rowsOf(document).find(({ action }) => action?.kind === "put-tag-mutability")?.action;
    assert.deepEqual(mutability, {
      id: "put-tag-mutability main redis",
      reason: "setting-drifted",
      target: "main",
      repository: "redis",
      kind: "put-tag-mutability",
      from: { default: "MUTABLE", except: [] },
      to: { default: "IMMUTABLE", except: ["latest", "*-dev"] },
    });

    assert.deepEqual(await applyAll(place), [
      "put-tag-mutability done",
      "put-scan-on-push done",
      "put-resource-tags done",
      "put-lifecycle-policy done",
      "set-repository-policy done",
    ]);
    const { repositories } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: ["redis"] }));
    assert.equal(repositories?.[0]?.imageTagMutability, "IMMUTABLE_WITH_EXCLUSION");
    assert.equal(repositories[0].imageScanningConfiguration?.scanOnPush, true);
    assert.deepEqual(await tagsOf(place), { mirrorform: "platform", team: "platform", cost: "7" });
  });

  test("loses a policy that is declared as none, and keeps an undeclared one", async (t) => {
    const place = await start(t, file(`{ lifecyclePolicy: ${LIFECYCLE}, policy: ${POLICY} }`));
    await applyAll(place);
    await place.declare(file("{ lifecyclePolicy: none }"));
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /- lifecycle policy +1 rule -> none +declared as none/);
    assert.match(stdout, /0 to create, 0 to change, 1 to delete/);
    assert.deepEqual(await applyAll(place), ["delete-lifecycle-policy done"]);
    await assert.rejects(place.client.send(new GetLifecyclePolicyCommand(REDIS)));
    assert.ok((await place.client.send(new GetRepositoryPolicyCommand(REDIS))).policyText);
    await place.declare(file("{ policy: none }"));
    assert.deepEqual(await applyAll(place), ["delete-repository-policy done"]);
  });

  test("that becomes mutable has its tags updated in the same run", async (t) => {
    const place = await start(t, file("{ tagMutability: IMMUTABLE }"));
    await applyAll(place);
    place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
    const blocked = await place.json(["plan"]);
    assert.equal(blocked.document.totals?.["blocked"], 1);
    await place.declare(file("{ tagMutability: MUTABLE }"));
    assert.deepEqual(await applyAll(place), ["put-tag-mutability done", "copy-image done"]);
  });

  test("keeps a setting that changed since the plan as STALE, and gets the others", async (t) => {
    const place = await start(t, file("{ scanOnPush: false, tags: { team: a } }"));
    await applyAll(place);
    await place.declare(file("{ tagMutability: IMMUTABLE, tags: { team: b } }"));
    let changed: Promise<unknown> | undefined;
    place.sandbox.ecr.api.onRequest = ({ headers }) => {
      if (changed !== undefined || headers["x-amz-target"]?.endsWith(".BatchGetImage") !== true) return undefined;
      const tags = [{ Key: "team", Value: "c" }];
      changed = place.client.send(new TagResourceCommand({ resourceArn: ARN, tags }));
      return { kind: "wait", for: changed };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.outcomes?.map(({ action, result, error }) => [action.kind, result, error?.code]),
      [
        ["put-tag-mutability", "done", undefined],
        ["put-resource-tags", "failed", "STALE"],
      ],
    );
    assert.equal((await tagsOf(place))["team"], "c");
  });

  test("has a setting reported as already done if another run changed it", async (t) => {
    const place = await start(t, file("{ scanOnPush: false }"));
    await applyAll(place);
    await place.declare(file("{ scanOnPush: true }"));
    let changed: Promise<unknown> | undefined;
    place.sandbox.ecr.api.onRequest = ({ headers }) => {
      if (changed !== undefined || headers["x-amz-target"]?.endsWith(".BatchGetImage") !== true) return undefined;
      const input = { ...REDIS, imageScanningConfiguration: { scanOnPush: true } };
      changed = place.client.send(new PutImageScanningConfigurationCommand(input));
      return { kind: "wait", for: changed };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.deepEqual(
      document.outcomes?.map(({ action, result }) => [action.kind, result]),
      [["put-scan-on-push", "already-done"]],
    );
  });

  test("gets an error with the action to grant if changing a setting is denied", async (t) => {
    const place = await start(t, file("{ scanOnPush: false }"));
    await applyAll(place);
    place.sandbox.ecr.deny(["ecr:PutImageTagMutability"]);
    await place.declare(file("{ tagMutability: IMMUTABLE, scanOnPush: true }"));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const [mutability, scan] = document.outcomes ?? [];
    assert.equal(mutability?.error?.code, "DENIED");
    assert.match(mutability.error.hint ?? "", /grant ecr:PutImageTagMutability on redis/i);
    assert.equal(scan?.result, "done");
  });
});

describe("encryption", { concurrency: 4 }, () => {
  test("that differs is blocked with advice, and the rest is done", async (t) => {
    const place = await start(t, file("{ encryption: AES256 }"));
    await applyAll(place);
    await place.declare(file("{ encryption: { kms: alias/mirrors }, scanOnPush: true }"));
    const { stdout } = await place.run(["plan"]);
    assert.match(
      stdout,
      /! encryption +AES256 -> KMS alias\/mirrors +ECR cannot change it: declare the current encryption/,
    );
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /encryption of redis +blocked: ECR cannot change it/);
    assert.match(applied.stdout, /Apply: 1 done, 1 blocked/);
  });

  test("with an alias is compared through KMS, and differs from the key that AWS manages", async (t) => {
    const place = await start(t, file("{ encryption: { kms: alias/mirrors } }"));
    await applyAll(place);
    assert.deepEqual(callsOf(place, "DescribeKey")[0]?.input, { KeyId: "alias/mirrors" });
    for (const other of ["{ kms: alias/others }", "KMS", "AES256"]) {
      await place.declare(file(`{ encryption: ${other} }`));
      assert.equal((await place.json(["plan"])).document.totals?.["blocked"], 1, other);
    }
  });

  test("is not compared if KMS cannot be read", async (t) => {
    const place = await start(t, file("{ encryption: { kms: alias/mirrors } }"));
    await applyAll(place);
    place.sandbox.ecr.deny(["kms:DescribeKey"]);
    await place.declare(file("{ encryption: { kms: alias/others } }"));
    const denied = await place.run(["plan"]);
    assert.equal(denied.code, 0);
    assert.match(denied.stdout, /No changes\./);
    assert.match(denied.stdout, /encryption is not compared for redis, [^]* grant kms:DescribeKey on\s+alias\/others/);
    const nowhere = await place.run(["plan"], { environment: { AWS_ENDPOINT_URL_KMS: undefined } });
    assert.match(nowhere.stdout, /encryption is not compared for redis, [^]*AWS_ENDPOINT_URL_KMS/);
  });
});

describe("a repository that the file does not own", { concurrency: 4 }, () => {
  test("keeps its settings, and the plan says so once", async (t) => {
    const place = await start(t, file("{ scanOnPush: true, tagMutability: IMMUTABLE, tags: { team: a } }"));
    (await ecrOf(place)).store.create("redis");
    const { stdout } = await place.run(["plan"]);
    assert.equal(stdout.match(/not owned by this mirror file: settings stay as they are/g)?.length, 1);
    assert.deepEqual(await applyAll(place), ["copy-image done"]);
    assert.deepEqual(await tagsOf(place), {});
  });

  test("gets its ownership tag first with adopt, and then its settings", async (t) => {
    const place = await start(
      t,
      file(`{ adopt: true, scanOnPush: true, lifecyclePolicy: ${LIFECYCLE}, tags: { team: a } }`),
    );
    await place.client.send(new CreateRepositoryCommand(REDIS));
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /~ repository +no owner +adopted: owned by this mirror file from now on/);
    assert.deepEqual(await applyAll(place), [
      "adopt-repository done",
      "put-scan-on-push done",
      "put-resource-tags done",
      "put-lifecycle-policy done",
      "copy-image done",
    ]);
    assert.deepEqual(await tagsOf(place), { mirrorform: "platform", team: "a" });
    const written = place.sandbox.ecr.calls
      .map(({ operation }) => operation)
      .filter((name) => /^(Put|Tag|Set)/.test(name));
    assert.equal(written[0], "TagResource");
  });

  test("is blocked if another mirror file owns it, and the row shows that file", async (t) => {
    const place = await start(t, file("{ adopt: true, scanOnPush: true }"));
    const tags = [{ Key: "mirrorform", Value: "another" }];
    await place.client.send(new CreateRepositoryCommand({ ...REDIS, tags }));
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /! repository +owned by the mirror file "another" +cannot be adopted/);
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /repository redis +blocked: owned by the mirror file "another"/);
    assert.deepEqual(await tagsOf(place), { mirrorform: "another" });
    assert.equal((await ecrOf(place)).store.repository("redis")?.tags.size, 1, "the image is still copied");
  });

  test("keeps its settings if another mirror file adopts it first", async (t) => {
    const place = await start(t, file("{ adopt: true, scanOnPush: true }"));
    await place.client.send(new CreateRepositoryCommand(REDIS));
    let adopted: Promise<unknown> | undefined;
    place.sandbox.ecr.api.onRequest = ({ headers }) => {
      if (adopted !== undefined || headers["x-amz-target"]?.endsWith(".BatchGetImage") !== true) return undefined;
      const tags = [{ Key: "mirrorform", Value: "another" }];
      adopted = place.client.send(new TagResourceCommand({ resourceArn: ARN, tags }));
      return { kind: "wait", for: adopted };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.outcomes?.map(({ action, result, error }) => [action.kind, result, error?.code]),
      [
        ["adopt-repository", "failed", "STALE"],
        ["put-scan-on-push", "failed", "REPOSITORY_FAILED"],
        ["copy-image", "done", undefined],
      ],
    );
    assert.deepEqual(await tagsOf(place), { mirrorform: "another" });
    assert.deepEqual(callsOf(place, "PutImageScanningConfiguration"), []);
  });
});

test("two mirror files in one account do not change each other's repositories", async (t) => {
  const images = ["redis:7", "nginx:1"];
  const mine = file("{ scanOnPush: true, tags: { of: mine } }");
  const theirs = file(
    "{ scanOnPush: false, adopt: true, tags: { of: theirs } }",
    "[{ image: redis:7 }, { image: nginx:1 }]",
    "theirs",
  );
  const place = await start(t, mine, images);
  await applyAll(place);
  await place.declare(theirs);
  const other = await place.json(["apply"]);
  assert.equal(other.code, 1, "one is blocked");
  assert.deepEqual(
    other.document.outcomes?.map(({ action }) => action.id),
    ["create-repository main nginx", "copy-image main nginx:1"],
  );
  assert.deepEqual(await tagsOf(place), { mirrorform: "platform", of: "mine" });
  await place.declare(mine);
  assert.deepEqual(await applyAll(place), []);
});

describe("the account", { concurrency: 4 }, () => {
  test("overrides scanOnPush of a repository with the scanning rules of the registry", async (t) => {
    const place = await start(t, file("{ scanOnPush: false }"));
    await applyAll(place);
    const repositoryFilters = [{ filter: "red", filterType: "WILDCARD" as const }];
    const rules = [{ scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters }];
    await place.client.send(new PutRegistryScanningConfigurationCommand({ scanType: "BASIC", rules }));
    await place.declare(file("{ scanOnPush: true }"));
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /No changes\./);
    assert.match(
      stdout,
      /Note on 127\.0\.0\.1:\d+: the scanning configuration of the registry includes redis and overrides scanOnPush\./,
    );
    place.sandbox.ecr.deny(["ecr:GetRegistryScanningConfiguration"]);
    const denied = await place.run(["plan"]);
    assert.equal(denied.code, 0);
    assert.match(denied.stdout, /~ scan on push +false -> true/);
    assert.match(denied.stdout, /could not be read, so scanOnPush is compared with the settings of the repositories/);
  });

  test("does not need to be readable", async (t) => {
    const settings = "{ encryption: { kms: alias/mirrors }, scanOnPush: true }";
    const place = await start(t, file(settings));
    // ECR calls KMS as the caller to create a repository with a customer managed key.
    await applyAll(place);
    const more = "{ image: redis:7, to: 'other:7', repositories: { encryption: AES256 } }";
    await place.declare(file(settings, `[{ image: redis:7 }, ${more}]`));
    place.sandbox.ecr.deny([
      "ecr:GetAccountSetting",
      "ecr:GetRegistryScanningConfiguration",
      "ecr:DescribeRepositoryCreationTemplates",
      "ecr:ListImages",
      "kms:DescribeKey",
    ]);
    const { stdout } = await place.run(["plan"]);
    assert.match(
      stdout,
      /the repository creation templates, which mirrorform does not apply, could not be read[^]* grant\s+ecr:DescribeRepositoryCreationTemplates on \*/,
    );
    await applyAll(place);
  });

  test("gets a note if a creation template does not apply", async (t) => {
    const place = await start(t, file("{}", "[{ image: redis:7, to: 'hub/redis:7' }]"));
    const input = { prefix: "hub", appliedFor: ["CREATE_ON_PUSH" as const] };
    await place.client.send(new CreateRepositoryCreationTemplateCommand(input));
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /the repository creation template "hub" does not apply to hub\/redis: mirrorform creates/);
    await applyAll(place);
    assert.doesNotMatch((await place.run(["plan"])).stdout, /template/);
  });
});

test("an archived image is blocked, and not pushed again", async (t) => {
  const place = await start(t, file("{}"));
  await applyAll(place);
  const input = { ...REDIS, imageId: { imageTag: "7" }, targetStorageClass: "ARCHIVE" as const };
  await place.client.send(new UpdateImageStorageClassCommand(input));
  const { stdout } = await place.run(["plan"]);
  assert.match(stdout, /! 7 +from redis:7 +sha256:[0-9a-f]{12}… +archived, so it cannot be pulled/);
  const applied = await place.json(["apply"]);
  assert.equal(applied.code, 1);
  assert.deepEqual(applied.document.outcomes, []);
  assert.equal(applied.document.images?.[0]?.state, "not-mirrored");
  await place.client.send(new UpdateImageStorageClassCommand({ ...input, targetStorageClass: "STANDARD" }));
  assert.deepEqual(await applyAll(place), []);
});

test("a lifecycle rule that will expire declared tags is a warning", async (t) => {
  const rule =
    "{ rulePriority: 2, selection: { tagStatus: tagged, tagPrefixList: [7], countType: sinceImagePushed, countUnit: days, countNumber: 30 }, action: { type: expire } }";
  const place = await start(t, file(`{ lifecyclePolicy: { rules: [${rule}] } }`));
  const { stdout } = await place.run(["plan"]);
  assert.match(stdout, /\* lifecycle rule 2 +30 days after the push: 7 +expires declared tags/);
  await applyAll(place);
});

test("an unchanged run makes four calls for each repository and a few for the account", async (t) => {
  const names = ["redis", "nginx", "node", "ruby"];
  const settings = "{ scanOnPush: true, encryption: { kms: alias/mirrors }, tags: { team: a } }";
  const mirrors = `[${names.map((name) => `{ image: "${name}:1" }`).join(", ")}]`;
  const place = await start(
    t,
    file(settings, mirrors),
    names.map((name) => `${name}:1`),
  );
  await applyAll(place);
  const before = place.sandbox.ecr.calls.length;
  await place.run(["plan"]);
  const operations = place.sandbox.ecr.calls.slice(before).map(({ operation }) => operation);
  const perRepository = ["DescribeRepositories", "ListTagsForResource", "BatchGetImage", "DescribeImages"];
  assert.equal(operations.filter((name) => perRepository.includes(name)).length, 4 * names.length);
  assert.deepEqual(operations.filter((name) => !perRepository.includes(name)).toSorted(), [
    "DescribeKey",
    "DescribeRegistry",
    "GetAccountSetting",
    "GetAuthorizationToken",
    "GetRegistryScanningConfiguration",
    "GetResources",
  ]);
});

test("a lifecycle rule for any images is a warning before it expires a tag, because ECR counts the platforms of an index", async (t) => {
  const keeping = (images: number) =>
    `{ image: redis:7, repositories: { lifecyclePolicy: { rules: [{ rulePriority: 1, selection: { tagStatus: any, countType: imageCountMoreThan, countNumber: ${images} }, action: { type: expire } }] } } }`;
  // An index of four platforms with an attestation each.
  const place = await startWith(t, [keeping(8)]);
  const planned = async (): Promise<string> => (await place.run(["plan"])).stdout;
  assert.match(
    await planned(),
    /lifecycle rule 1 +keeps 8 images: 7 +may expire declared tags: [0-9]+ to [0-9]+ images/,
  );
  assert.equal((await place.json(["apply"])).code, 0);
  assert.match(await planned(), /lifecycle rule 1 +keeps 8 images: 7 +may expire declared tags: .*9 images with/);
  await rewrite(place, [keeping(9)]);
  assert.doesNotMatch(await planned(), /lifecycle rule/);
});
