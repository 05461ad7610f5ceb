import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";

import { startFixture } from "../../support/ecr.ts";

const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
});

test("a lifecycle policy can be put, read back unchanged, and deleted", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const at = { repositoryName: "app" };
  const absent = {
    name: "LifecyclePolicyNotFoundException",
    message:
      "Lifecycle policy does not exist for the repository with name 'app' in the registry with id '123456789012'",
  };
  await assert.rejects(client.send(new GetLifecyclePolicyCommand(at)), absent);
  await client.send(new PutLifecyclePolicyCommand({ ...at, lifecyclePolicyText }));
  const read = await client.send(new GetLifecyclePolicyCommand(at));
  assert.equal(read.lifecyclePolicyText, lifecyclePolicyText);
  await client.send(new DeleteLifecyclePolicyCommand(at));
  await assert.rejects(client.send(new DeleteLifecyclePolicyCommand(at)), absent);
});

test("a lifecycle policy needs rules and 100 to 30,720 characters", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const texts = ['{"rules":[]}', `{"rules":[]${" ".repeat(100)}}`, " ".repeat(200), lifecyclePolicyText.padEnd(30_721)];
  for (const text of texts) {
    await assert.rejects(
      client.send(new PutLifecyclePolicyCommand({ repositoryName: "app", lifecyclePolicyText: text })),
      { name: "InvalidParameterException" },
    );
  }
  await client.send(
    new PutLifecyclePolicyCommand({ repositoryName: "app", lifecyclePolicyText: lifecyclePolicyText.padEnd(30_720) }),
  );
});

test("a repository policy can be set, read and deleted", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const at = { repositoryName: "app" };
  const policyText = '{"Version":"2012-10-17","Statement":[]}';
  await assert.rejects(client.send(new GetRepositoryPolicyCommand(at)), {
    name: "RepositoryPolicyNotFoundException",
  });
  await assert.rejects(client.send(new SetRepositoryPolicyCommand({ ...at, policyText: "not JSON" })), {
    name: "InvalidParameterException",
  });
  await client.send(new SetRepositoryPolicyCommand({ ...at, policyText }));
  const read = await client.send(new GetRepositoryPolicyCommand(at));
  assert.deepEqual(JSON.parse(read.policyText ?? ""), JSON.parse(policyText));
  await client.send(new DeleteRepositoryPolicyCommand(at));
  await assert.rejects(client.send(new DeleteRepositoryPolicyCommand(at)), {
    name: "RepositoryPolicyNotFoundException",
  });
});
