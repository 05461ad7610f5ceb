import { testContext, type TestContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { test, after } from "node:test";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { startEcr, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { ACCOUNT, REGION, scriptedAws, TOKEN, type Answer } from "../support/scripted-aws.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

interface Opened {
  ecr: Ecr;
  context: TestContext;
  sandbox: SandboxEcr;
  tokensAsked: () => number;
  /** Moves the clock of both sides. */
  advance: (milliseconds: number) => void;
}

async function open(tokenLifetimeSeconds?: number): Promise<Opened> {
  let time = START;
  const sandbox = await startEcr({ tokenLifetimeSeconds, clock: () => new Date(time) });
  after(() => sandbox.close());
  const context = testContext(sandbox.environment);
  context.time = time;
  const ecr = await openEcr({}, context);
  return {
    ecr,
    context,
    sandbox,
    tokensAsked: () => sandbox.calls.filter(({ operation }) => operation === "GetAuthorizationToken").length,
    advance(milliseconds) {
      time += milliseconds;
      context.time = time;
    },
  };
}

const tokenAt = (proxyEndpoint: string): Answer => ({
  json: { authorizationData: [{ ...TOKEN.authorizationData[0], proxyEndpoint }] },
});

test("one call returns the account, Region and registry host", async () => {
  const aws = await scriptedAws(() => undefined);
  const ecr = await openEcr({ account: ACCOUNT }, testContext(aws.environment));
  assert.deepEqual([ecr.account, ecr.region, ecr.endpoint.href], [ACCOUNT, REGION, `https://${HOST}/`]);
  assert.deepEqual(await ecr.credentials.lookup(HOST), { username: "AWS", password: "pass:word" });
  assert.deepEqual(aws.operations, ["GetAuthorizationToken"]);
});

for (const host of [
  `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
  `${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`,
  `${ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`,
]) {
  test(`reads the account from ${host}`, async () => {
    const aws = await scriptedAws((operation) =>
      operation === "GetAuthorizationToken" ? tokenAt(`https://${host}`) : undefined,
    );
    const ecr = await openEcr({}, testContext(aws.environment));
    assert.deepEqual([ecr.account, ecr.endpoint.host], [ACCOUNT, host]);
    assert.deepEqual(aws.operations, ["GetAuthorizationToken"]);
  });
}

test("the registry's password is used only for the registry's host", async () => {
  const { ecr } = await open();
  assert.notEqual(await ecr.credentials.lookup(ecr.endpoint.host), undefined);
  for (const host of ["docker.io", "127.0.0.1", "127.0.0.1:1", `${ecr.endpoint.host}.evil.example`]) {
    assert.equal(await ecr.credentials.lookup(host), undefined, host);
  }
});

test("a token is used until shortly before it expires, then renewed once for all concurrent lookups", async () => {
  const { ecr, tokensAsked, advance } = await open();
  const first = await ecr.credentials.lookup(ecr.endpoint.host);
  advance(11.9 * HOUR);
  assert.deepEqual(await ecr.credentials.lookup(ecr.endpoint.host), first);
  assert.equal(tokensAsked(), 1);
  advance(0.05 * HOUR);
  const renewed = await Promise.all(Array.from({ length: 20 }, () => ecr.credentials.lookup(ecr.endpoint.host)));
  assert.equal(tokensAsked(), 2);
  assert.notDeepEqual(renewed[0], first);
  assert.equal(new Set(renewed.map((credential) => JSON.stringify(credential))).size, 1);
  advance(11 * HOUR);
  await ecr.credentials.lookup(ecr.endpoint.host);
  assert.equal(tokensAsked(), 2, "the new token is reused until it expires");
});

test("a token is renewed in time where the system's time is set back meanwhile", async () => {
  const { ecr, context, tokensAsked, advance } = await open();
  context.behind = 24 * HOUR;
  advance(11.95 * HOUR);
  await ecr.credentials.lookup(ecr.endpoint.host);
  assert.equal(tokensAsked(), 2);
});

test("a token with a lifetime of seconds is reused, but not after it expires", async () => {
  const { ecr, tokensAsked, advance } = await open(4);
  await ecr.credentials.lookup(ecr.endpoint.host);
  advance(1_000);
  await ecr.credentials.lookup(ecr.endpoint.host);
  assert.equal(tokensAsked(), 1);
  advance(3_000);
  await ecr.credentials.lookup(ecr.endpoint.host);
  assert.equal(tokensAsked(), 2);
});

test("after a rejection, the next lookup requests a new token; another host's rejection has no effect", async () => {
  const { ecr, tokensAsked } = await open();
  ecr.credentials.rejected?.("docker.io");
  await ecr.credentials.lookup(ecr.endpoint.host);
  assert.equal(tokensAsked(), 1);
  ecr.credentials.rejected?.(ecr.endpoint.host);
  ecr.credentials.rejected?.(ecr.endpoint.host);
  await Promise.all([ecr.credentials.lookup(ecr.endpoint.host), ecr.credentials.lookup(ecr.endpoint.host)]);
  assert.equal(tokensAsked(), 2);
});

test("a failed renewal fails the waiting lookups, and the next lookup retries", async () => {
  const { ecr, sandbox } = await open();
  ecr.credentials.rejected?.(ecr.endpoint.host);
  sandbox.deny(["ecr:GetAuthorizationToken"]);
  const failed = await Promise.allSettled([1, 2].map(() => ecr.credentials.lookup(ecr.endpoint.host)));
  assert.deepEqual(
    failed.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  sandbox.deny([]);
  assert.notEqual(await ecr.credentials.lookup(ecr.endpoint.host), undefined);
});

test("interrupting the run ends a renewal that hangs", async () => {
  const stop = new AbortController();
  const aws = await scriptedAws((operation, count) => {
    if (operation !== "GetAuthorizationToken" || count === 1) return undefined;
    setImmediate(() => stop.abort());
    return "hang";
  });
  const ecr = await openEcr({}, testContext(aws.environment), stop.signal);
  ecr.credentials.rejected?.(HOST);
  await assert.rejects(ecr.credentials.lookup(HOST), { code: "INTERRUPTED", operation: "sign in to" });
});

test("without permission to sign in, the error is DENIED and names the action", async () => {
  const sandbox = await startEcr();
  after(() => sandbox.close());
  sandbox.deny(["ecr:GetAuthorizationToken"]);
  await assert.rejects(openEcr({}, testContext(sandbox.environment)), {
    code: "DENIED",
    hint: "grant ecr:GetAuthorizationToken on * to arn:aws:iam::123456789012:user/sandbox",
  });
});

test("rejects credentials for another account than the mirror file's before writing anything", async () => {
  const { context, sandbox } = await open();
  const before = sandbox.calls.length;
  await assert.rejects(openEcr({ account: "111122223333" }, context), {
    code: "DENIED",
    side: "credentials",
    reference: "111122223333",
    message: /account 123456789012/,
  });
  const operations = sandbox.calls.slice(before).map(({ operation }) => operation);
  assert.deepEqual(operations, ["GetAuthorizationToken", "DescribeRegistry"]);
});

test("rejects a registry that uses plain HTTP off loopback", async () => {
  const aws = await scriptedAws(() => tokenAt(`http://${HOST}`));
  await assert.rejects(openEcr({}, testContext(aws.environment)), {
    code: "UNEXPECTED_RESPONSE",
    message: /plain HTTP/,
  });
});

test("rejects a response without a token, a host or an expiry time", async () => {
  const [whole] = TOKEN.authorizationData;
  for (const data of [
    undefined,
    { ...whole, authorizationToken: "" },
    { ...whole, authorizationToken: Buffer.from("nocolon").toString("base64") },
    { ...whole, proxyEndpoint: "not a url" },
    { ...whole, proxyEndpoint: "ftp://x" },
    { ...whole, expiresAt: undefined },
  ]) {
    const aws = await scriptedAws(() => ({ json: { authorizationData: data === undefined ? [] : [data] } }));
    await assert.rejects(openEcr({}, testContext(aws.environment)), { code: "UNEXPECTED_RESPONSE" });
  }
});

test("names an endpoint variable that is not a URL", async () => {
  const environment = { AWS_REGION: REGION, AWS_ENDPOINT_URL_ECR: "localhost:4566" };
  await assert.rejects(openEcr({}, testContext(environment)), { code: "USAGE", reference: "AWS_ENDPOINT_URL_ECR" });
});

test("AWS_ENDPOINT_URL applies if there is no endpoint for ECR", async () => {
  const aws = await scriptedAws(() => undefined);
  const { AWS_ENDPOINT_URL_ECR: url, AWS_ENDPOINT_URL_STS: _, ...environment } = aws.environment;
  const ecr = await openEcr({}, testContext({ ...environment, AWS_ENDPOINT_URL: url }));
  assert.equal(ecr.account, ACCOUNT);
});
