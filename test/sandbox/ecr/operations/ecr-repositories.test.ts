import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ListTagsForResourceCommand,
  paginateDescribeRepositories,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecr";

import { startFixture } from "../../support/ecr.ts";

test("a repository keeps the settings it was created with", async (t) => {
  const { client, registry } = await startFixture(t, { clock: () => new Date("2026-03-01T12:00:00Z") });
  const { repository } = await client.send(
    new CreateRepositoryCommand({
      repositoryName: "team/app",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest*" }],
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
      tags: [{ Key: "mirrorform", Value: "platform" }],
    }),
  );
  assert.deepEqual(repository, {
    repositoryArn: "arn:aws:ecr:us-east-1:123456789012:repository/team/app",
    registryId: "123456789012",
    repositoryName: "team/app",
    repositoryUri: `${registry.server.host}/team/app`,
    createdAt: new Date("2026-03-01T12:00:00Z"),
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest*" }],
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: "AES256" },
  });
  const described = await client.send(new DescribeRepositoriesCommand({ repositoryNames: ["team/app"] }));
  assert.deepEqual(described.repositories, [repository]);
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: repository?.repositoryArn }));
  assert.deepEqual(tags, [{ Key: "mirrorform", Value: "platform" }]);
});

test("refuses to create a repository that exists", async (t) => {
  const { client } = await startFixture(t);
  const create = () => client.send(new CreateRepositoryCommand({ repositoryName: "app" }));
  await create();
  await assert.rejects(create(), {
    name: "RepositoryAlreadyExistsException",
    message: "The repository with name 'app' already exists in the registry with id '123456789012'",
  });
});

test("repository names follow the grammar of 2026", async (t) => {
  const { client } = await startFixture(t);
  for (const repositoryName of ["a__b", "9to5/x--y", "a.b/c_d"]) {
    await client.send(new CreateRepositoryCommand({ repositoryName }));
  }
  for (const repositoryName of ["A", "a", "App", "a..b", "/a", "a/", "-ab", "a".repeat(257)]) {
    await assert.rejects(
      client.send(new CreateRepositoryCommand({ repositoryName })),
      { name: "InvalidParameterException" },
      repositoryName,
    );
  }
});

test("refuses calls with missing or invalid members", async (t) => {
  const { client } = await startFixture(t);
  const bad = [
    new CreateRepositoryCommand({ repositoryName: undefined }),
    new CreateRepositoryCommand({ repositoryName: "app", imageTagMutability: "SOMETIMES" as "MUTABLE" }),
    new CreateRepositoryCommand({ repositoryName: "app", imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }),
    new CreateRepositoryCommand({
      repositoryName: "app",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: Array.from({ length: 6 }, (_, at) => ({
        filterType: "WILDCARD" as const,
        filter: `v${at}*`,
      })),
    }),
    new CreateRepositoryCommand({
      repositoryName: "app",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "no spaces" }],
    }),
    new CreateRepositoryCommand({
      repositoryName: "app",
      encryptionConfiguration: { encryptionType: "AES256", kmsKey: "alias/mine" },
    }),
  ];
  for (const command of bad) {
    await assert.rejects(client.send(command), { name: "InvalidParameterException" });
  }
  const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
  assert.deepEqual(repositories, [], "a refused call does not create a repository");
});

test("repositories are described in pages of 100, or of the requested size", async (t) => {
  const { client, registry } = await startFixture(t);
  for (let at = 0; at < 205; at += 1) registry.store.create(`app-${at}`);
  const first = await client.send(new DescribeRepositoriesCommand({}));
  assert.equal(first.repositories?.length, 100);
  assert.notEqual(first.nextToken, undefined);
  const names: (string | undefined)[] = [];
  for await (const page of paginateDescribeRepositories({ client, pageSize: 90 }, {})) {
    names.push(...(page.repositories ?? []).map(({ repositoryName }) => repositoryName));
  }
  assert.equal(new Set(names).size, 205);
  for (const input of [{ maxResults: 1001 }, { maxResults: 0 }, { nextToken: "app-7" }]) {
    await assert.rejects(client.send(new DescribeRepositoriesCommand(input)), {
      name: "InvalidParameterException",
    });
  }
});

test("DescribeRepositories fails if one name is missing", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("here");
  await assert.rejects(client.send(new DescribeRepositoriesCommand({ repositoryNames: ["here", "gone"] })), {
    name: "RepositoryNotFoundException",
    message: "The repository with name 'gone' does not exist in the registry with id '123456789012'",
  });
});

test("tag mutability and scanning can be changed later", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  await client.send(
    new PutImageTagMutabilityCommand({
      repositoryName: "app",
      imageTagMutability: "MUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "v*" }],
    }),
  );
  await client.send(
    new PutImageScanningConfigurationCommand({
      repositoryName: "app",
      imageScanningConfiguration: { scanOnPush: true },
    }),
  );
  const { repositories } = await client.send(new DescribeRepositoriesCommand({}));
  assert.equal(repositories?.[0]?.imageTagMutability, "MUTABLE_WITH_EXCLUSION");
  assert.deepEqual(repositories[0].imageTagMutabilityExclusionFilters, [{ filterType: "WILDCARD", filter: "v*" }]);
  assert.equal(repositories[0].imageScanningConfiguration?.scanOnPush, true);
  await client.send(new PutImageTagMutabilityCommand({ repositoryName: "app", imageTagMutability: "IMMUTABLE" }));
  const again = await client.send(new DescribeRepositoriesCommand({}));
  assert.equal(again.repositories?.[0]?.imageTagMutabilityExclusionFilters, undefined);
});

test("resource tags can be set and removed, with a limit of 50", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const resourceArn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
  const tag = (tags: { Key: string; Value: string }[]) => client.send(new TagResourceCommand({ resourceArn, tags }));
  await tag(numberedTags(50));
  await assert.rejects(tag([{ Key: "one-more", Value: "x" }]), { name: "TooManyTagsException" });
  await assert.rejects(tag([{ Key: "aws:own", Value: "x" }]), { name: "InvalidTagParameterException" });
  await assert.rejects(tag([{ Key: "k".repeat(129), Value: "x" }]), { name: "InvalidTagParameterException" });
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: numberedTags(49).map(({ Key }) => Key) }));
  await tag([{ Key: "key-49", Value: "changed" }]);
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
  assert.deepEqual(tags, [{ Key: "key-49", Value: "changed" }]);
});

test("a repository with images can only be deleted with force", async (t) => {
  const { client, registry } = await startFixture(t);
  const repository = registry.store.create("app");
  const bytes = Buffer.from("{}");
  registry.store.putManifest(repository, {
    bytes,
    mediaType: "text/plain",
    digest: `sha256:${"0".repeat(64)}` as never,
  });
  await assert.rejects(client.send(new DeleteRepositoryCommand({ repositoryName: "app" })), {
    name: "RepositoryNotEmptyException",
  });
  await client.send(new DeleteRepositoryCommand({ repositoryName: "app", force: true }));
  assert.equal(registry.store.repositories.size, 0);
});

test("each Region and each account has its own registry", async (t) => {
  const { client, ecr, registry } = await startFixture(t);
  registry.store.create("app");
  const elsewhere = await ecr.registry(undefined, "eu-west-1");
  assert.notEqual(elsewhere.server.host, registry.server.host);
  assert.equal(elsewhere.store.repositories.size, 0);
  assert.equal((await client.send(new DescribeRegistryCommand({}))).registryId, "123456789012");
  await assert.rejects(client.send(new DescribeRepositoriesCommand({ registryId: "210987654321" })), {
    name: "AccessDeniedException",
  });
});

function numberedTags(count: number) {
  return Array.from({ length: count }, (_, at) => ({ Key: `key-${at}`, Value: "x" }));
}
