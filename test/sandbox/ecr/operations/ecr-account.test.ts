import assert from "node:assert/strict";
import { test } from "node:test";

import { GetAccountSettingCommand, GetAuthorizationTokenCommand, PutAccountSettingCommand } from "@aws-sdk/client-ecr";

import { startFixture } from "../../support/ecr.ts";

test("blob mounting is disabled by default and can be enabled", async (t) => {
  const { client } = await startFixture(t);
  const name = "BLOB_MOUNTING";
  assert.equal((await client.send(new GetAccountSettingCommand({ name }))).value, "DISABLED");
  await client.send(new PutAccountSettingCommand({ name, value: "ENABLED" }));
  assert.equal((await client.send(new GetAccountSettingCommand({ name }))).value, "ENABLED");
  const refused = { name: "InvalidParameterException" };
  await assert.rejects(client.send(new PutAccountSettingCommand({ name, value: "MAYBE" })), refused);
  await assert.rejects(client.send(new GetAccountSettingCommand({ name: "OTHER" })), refused);
});

test("a token has the user AWS and is valid for twelve hours", async (t) => {
  const { client, ecr } = await startFixture(t, { clock: () => new Date("2026-03-01T12:00:00Z") });
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({ registryIds: ["210987654321"] }));
  const [data] = authorizationData ?? [];
  assert.match(Buffer.from(data?.authorizationToken ?? "", "base64").toString(), /^AWS:.{20,}$/);
  assert.deepEqual(data?.expiresAt, new Date("2026-03-02T00:00:00Z"));
  assert.equal(data.proxyEndpoint, (await ecr.registry("210987654321")).server.url);
});
