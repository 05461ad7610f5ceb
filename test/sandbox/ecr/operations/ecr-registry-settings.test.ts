import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CreateRepositoryCreationTemplateCommand,
  DescribeRepositoryCreationTemplatesCommand,
  GetRegistryScanningConfigurationCommand,
  PutRegistryScanningConfigurationCommand,
} from "@aws-sdk/client-ecr";

import { clientFor, startFixture } from "../../support/ecr.ts";

test("a registry has no scanning rules by default, and each Region has its own", async (t) => {
  const { client, ecr } = await startFixture(t);
  const read = async (from = client) =>
    (await from.send(new GetRegistryScanningConfigurationCommand({}))).scanningConfiguration;
  assert.deepEqual(await read(), { scanType: "BASIC", rules: [] });
  const repositoryFilters = [{ filter: "prod*", filterType: "WILDCARD" as const }];
  const rules = [{ scanFrequency: "CONTINUOUS_SCAN" as const, repositoryFilters }];
  await client.send(new PutRegistryScanningConfigurationCommand({ scanType: "ENHANCED", rules }));
  assert.deepEqual(await read(), { scanType: "ENHANCED", rules });
  assert.deepEqual(await read(clientFor(t, ecr, { region: "eu-west-1" })), { scanType: "BASIC", rules: [] });
  const three = [...rules, ...rules, ...rules];
  await assert.rejects(client.send(new PutRegistryScanningConfigurationCommand({ rules: three })), {
    name: "InvalidParameterException",
  });
});

test("creation templates are listed in pages, and a prefix can have only one", async (t) => {
  const { client } = await startFixture(t);
  for (const prefix of ["ROOT", "hub", "team/a"]) {
    await client.send(new CreateRepositoryCreationTemplateCommand({ prefix, appliedFor: ["CREATE_ON_PUSH"] }));
  }
  const page = async (nextToken?: string) =>
    client.send(
      new DescribeRepositoryCreationTemplatesCommand({
        maxResults: 2,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
  const first = await page();
  const second = await page(first.nextToken);
  const prefixes = [first, second].flatMap(({ repositoryCreationTemplates = [] }) =>
    repositoryCreationTemplates.map(({ prefix }) => prefix),
  );
  assert.deepEqual(prefixes, ["ROOT", "hub", "team/a"]);
  assert.equal(second.nextToken, undefined);
  await assert.rejects(client.send(new CreateRepositoryCreationTemplateCommand({ prefix: "hub", appliedFor: [] })), {
    name: "TemplateAlreadyExistsException",
  });
});
