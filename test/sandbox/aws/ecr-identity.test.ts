import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  type ECRClient,
} from "@aws-sdk/client-ecr";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

import { assumedRole } from "../../../src/sandbox/aws/ecr-identity.ts";
import { clientFor, startFixture } from "../support/ecr.ts";

const describe = (client: ECRClient) => client.send(new DescribeRepositoriesCommand({}));

test("refuses an unknown access key, and a key without its session token", async (t) => {
  const { ecr } = await startFixture(t);
  const unknown = clientFor(t, ecr, { key: { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "x" } });
  const refused = {
    name: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  };
  await assert.rejects(describe(unknown), refused);
  const { sessionToken: _, ...incomplete } = ecr.issue(assumedRole("123456789012", "mirror", "test"), 60);
  await assert.rejects(describe(clientFor(t, ecr, { key: incomplete })), refused);
});

test("a session expires after its lifetime", async (t) => {
  let now = new Date("2026-03-01T12:00:00Z");
  const { ecr } = await startFixture(t, { clock: () => now });
  const { expiration: _, ...key } = ecr.issue(assumedRole("123456789012", "mirror", "test"), 60);
  const client = clientFor(t, ecr, { key });
  await describe(client);
  now = new Date("2026-03-01T12:01:00Z");
  await assert.rejects(describe(client), {
    name: "ExpiredTokenException",
    message: "The security token included in the request is expired",
  });
});

test("the error for a denied action names the user, the action and the resource", async (t) => {
  const { client, ecr } = await startFixture(t);
  ecr.deny(["ecr:CreateRepository"]);
  await assert.rejects(client.send(new CreateRepositoryCommand({ repositoryName: "app" })), {
    name: "AccessDeniedException",
    message:
      "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:us-east-1:123456789012:repository/app because no identity-based policy allows the ecr:CreateRepository action",
  });
  ecr.deny(["ecr:TagResource"]);
  const tags = [{ Key: "mirrorform", Value: "platform" }];
  await assert.rejects(client.send(new CreateRepositoryCommand({ repositoryName: "app", tags })), {
    name: "AccessDeniedException",
    message: /perform: ecr:TagResource on/,
  });
  ecr.deny([]);
  await client.send(new CreateRepositoryCommand({ repositoryName: "app", tags }));
  assert.deepEqual(
    ecr.calls.map(({ operation, error }) => [operation, error]),
    [
      ["CreateRepository", "AccessDeniedException"],
      ["CreateRepository", "AccessDeniedException"],
      ["CreateRepository", undefined],
    ],
  );
});

test("a role of another account uses that account's registry", async (t) => {
  const { ecr } = await startFixture(t);
  const clientConfig = { endpoint: ecr.api.url, region: "us-east-1" };
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = ecr.environment;
  const assume = fromTemporaryCredentials({
    masterCredentials: { accessKeyId, secretAccessKey },
    params: { RoleArn: "arn:aws:iam::210987654321:role/ci/mirror", RoleSessionName: "test" },
    clientConfig,
  });
  const client = clientFor(t, ecr, { key: await assume(), region: "eu-west-1" });
  const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName: "app" }));
  assert.equal(repository?.repositoryArn, "arn:aws:ecr:eu-west-1:210987654321:repository/app");
  const other = await ecr.registry("210987654321", "eu-west-1");
  assert.ok(other.store.repositories.has("app"));
  assert.equal((await ecr.registry()).store.repositories.size, 0);
  ecr.deny(["sts:AssumeRole"]);
  await assert.rejects(assume(), { name: "AccessDenied" });
});

test("STS identifies the caller, and issues a session for a web identity without a signature", async (t) => {
  const { ecr } = await startFixture(t);
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(ecr.api.url, {
      method: "POST",
      body: new URLSearchParams({ Version: "2011-06-15", ...fields }),
      headers,
    });
  const signed = {
    authorization: `AWS4-HMAC-SHA256 Credential=${ecr.environment["AWS_ACCESS_KEY_ID"]}/20260301/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const identity = await form({ Action: "GetCallerIdentity" }, signed);
  assert.match(await identity.text(), /<Arn>arn:aws:iam::123456789012:user\/sandbox<\/Arn>/);
  const anonymous = await form({ Action: "GetCallerIdentity" });
  assert.equal(anonymous.status, 403);
  assert.match(await anonymous.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  const web = await form({
    Action: "AssumeRoleWithWebIdentity",
    RoleArn: "arn:aws:iam::123456789012:role/ci",
    RoleSessionName: "run-1",
    WebIdentityToken: "a.b.c",
  });
  assert.match(await web.text(), /<AccessKeyId>ASIA\w+<\/AccessKeyId>.*<SessionToken>/);
});

test("an operation that ECR does not have fails with UnknownOperationException", async (t) => {
  const { ecr } = await startFixture(t);
  const response = await fetch(ecr.api.url, {
    method: "POST",
    body: "{}",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.MakeCoffee",
      authorization: `AWS4-HMAC-SHA256 Credential=${ecr.environment["AWS_ACCESS_KEY_ID"]}/20260301/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  assert.equal(response.status, 400);
  assert.equal(response.headers.get("x-amzn-errortype"), "UnknownOperationException");
  assert.deepEqual(await response.json(), { __type: "UnknownOperationException", message: "" });
});

test("a registry password is valid only in its Region and account, and until it expires", async (t) => {
  let now = new Date("2026-03-01T12:00:00Z");
  const { client, ecr, registry } = await startFixture(t, { clock: () => now, tokenLifetimeSeconds: 2 });
  registry.store.create("app");
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const { authorizationToken, expiresAt, proxyEndpoint } = authorizationData?.[0] ?? {};
  assert.deepEqual(expiresAt, new Date("2026-03-01T12:00:02Z"));
  assert.equal(proxyEndpoint, registry.server.url);
  const headers = { authorization: `Basic ${authorizationToken}` };
  const ping = async (url: string | undefined) => (await fetch(`${url}/v2/`, { headers })).status;
  assert.equal(await ping(proxyEndpoint), 200);
  const otherRegion = await ecr.registry("123456789012", "eu-west-1");
  assert.equal(await ping(otherRegion.server.url), 401);
  const otherAccount = await ecr.registry("210987654321");
  const list = await fetch(`${otherAccount.server.url}/v2/app/tags/list`, { headers });
  assert.equal(list.status, 403);
  now = new Date("2026-03-01T12:00:02Z");
  assert.equal(await ping(proxyEndpoint), 401);
  const anonymous = await fetch(`${proxyEndpoint}/v2/`);
  assert.equal(anonymous.status, 401);
  assert.equal(
    anonymous.headers.get("www-authenticate"),
    `Basic realm="${proxyEndpoint}/",service="ecr.amazonaws.com"`,
  );
});

test("the registry answers a denied action with 403 and names the action", async (t) => {
  const { client, ecr, registry } = await startFixture(t);
  registry.store.create("app");
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  ecr.deny(["ecr:InitiateLayerUpload"]);
  const response = await fetch(`${registry.server.url}/v2/app/blobs/uploads/`, {
    method: "POST",
    headers: { authorization: `Basic ${authorizationData?.[0]?.authorizationToken}` },
  });
  assert.equal(response.status, 403);
  assert.match(await response.text(), /"code":"DENIED".*ecr:InitiateLayerUpload on resource: arn:aws:ecr/);
});
