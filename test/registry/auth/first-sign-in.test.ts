import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import type { MirrorError } from "../../../src/errors.ts";
import type { Credential } from "../../../src/registry/auth/credential.ts";
import { MAX_ATTEMPTS, MAX_REFUSED_SIGN_INS } from "../../../src/registry/limits.ts";
import type { RegistryOptions } from "../../../src/registry/registry-options.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { clientOf, json, serve, type Client, type Handler, type Server } from "../server.ts";

const ME: Credential = { username: "me", password: "hunter2" };
const REPOSITORIES = ["one", "two", "three", "four"];

/** Starts a registry that requires a token for each repository, its token server, and a client with credentials. */
async function tokenRegistry(
  t: TestContext,
  answer: Handler,
  lookup = async (): Promise<Credential> => ME,
  options: Partial<RegistryOptions> = {},
): Promise<Client & { tokens: Server }> {
  const tokens = await serve(t, answer);
  const server = await serve(t, (request, response) => {
    const realm = new URL("/token", tokens.url).href;
    const isGood = request.headers.authorization !== undefined;
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
  });
  return { tokens, ...clientOf(t, server.url, { ...options, credentials: { lookup } }) };
}

for (const [registryKind, times] of [
  ["docker-hub", "once"],
  ["other", "a few times"],
] as const) {
  test(`a password that ${registryKind} refuses is sent ${times}, however many repositories need a token`, async (t) => {
    const { registry, tokens } = await tokenRegistry(t, (_request, response) => json(response, 401, {}), undefined, {
      registryKind,
      hosts: createHosts(() => 20),
    });
    const names = Array.from({ length: 12 }, (_, number) => `team/app${number}`);
    const heads = await Promise.allSettled([...names, ...names].map((name) => registry.headManifest(name, "1")));
    for (const [index, head] of heads.entries()) {
      const error = head.status === "rejected" ? (head.reason as MirrorError) : undefined;
      assert.equal(error?.code, "UNAUTHORIZED");
      assert.equal(error.reference, `${registry.name}/${names[index % names.length]}`);
    }
    await assert.rejects(registry.headManifest("later", "1"), { code: "UNAUTHORIZED" });
    assert.equal(tokens.seen.length, times === "once" ? 1 : MAX_REFUSED_SIGN_INS);
  });
}

test("a sign-in refused for one repository does not fail the others", async (t) => {
  let running = 0;
  let most = 0;
  const { registry } = await tokenRegistry(t, (request, response) => {
    running += 1;
    most = Math.max(most, running);
    const isPrivate = request.url.includes("private");
    setImmediate(() => {
      running -= 1;
      json(response, isPrivate ? 401 : 200, { token: "t" });
    });
  });
  const names = ["team/private", "team/private2", "one"];
  const refused = names.map((name) => registry.headManifest(name, "1"));
  const [first, second, third] = await Promise.allSettled(refused);
  assert.equal(first?.status === "rejected" && (first.reason as MirrorError).code, "UNAUTHORIZED");
  assert.equal(second?.status === "rejected" && (second.reason as MirrorError).code, "UNAUTHORIZED");
  assert.equal(third?.status, "fulfilled");
  assert.equal(most, 1, "one at a time until the password is accepted");
});

test("after a password was accepted, any number of refusals are about repositories", async (t) => {
  const { registry } = await tokenRegistry(t, (request, response) =>
    json(response, request.url.includes("private") ? 401 : 200, { token: "t" }),
  );
  assert.ok(await registry.headManifest("one", "1"));
  for (let number = 0; number < MAX_REFUSED_SIGN_INS + 1; number += 1) {
    await assert.rejects(registry.headManifest(`private${number}`, "1"), { code: "UNAUTHORIZED" });
  }
  assert.ok(await registry.headManifest("two", "1"));
});

test("a response without a token for one repository does not fail the others", async (t) => {
  const { registry, tokens } = await tokenRegistry(t, (_request, response) =>
    json(response, 200, tokens.seen.length === 1 ? {} : { token: "t" }),
  );
  const [first, second] = await Promise.allSettled(["one", "two"].map((name) => registry.headManifest(name, "1")));
  assert.equal(first?.status === "rejected" && (first.reason as MirrorError).code, "UNEXPECTED_RESPONSE");
  assert.equal(second?.status, "fulfilled");
});

test("a new password is tried after one was refused", async (t) => {
  const passwords = ["old", "new"];
  const good = `Basic ${Buffer.from("me:new").toString("base64")}`;
  const { registry, tokens } = await tokenRegistry(
    t,
    (request, response) => json(response, request.headers.authorization === good ? 200 : 401, { token: "t" }),
    async () => ({ username: "me", password: passwords.shift() ?? "new" }),
  );
  await assert.rejects(registry.headManifest("one", "1"), { code: "UNAUTHORIZED" });
  assert.ok(await registry.headManifest("one", "1"));
  assert.equal(tokens.seen.length, 2);
});

test("after a password was accepted, tokens are requested concurrently", async (t) => {
  const waiting: (() => void)[] = [];
  const { registry, tokens } = await tokenRegistry(t, (_request, response) => {
    const send = (): void => json(response, 200, { token: "t" });
    if (tokens.seen.length === 1) return send();
    waiting.push(send);
    if (waiting.length === REPOSITORIES.length - 1) for (const each of waiting) each();
  });
  await Promise.all(REPOSITORIES.map((name) => registry.headManifest(name, "1")));
  assert.equal(tokens.seen.length, REPOSITORIES.length);
});

test("an interrupted sign-in does not fail the waiting ones", async (t) => {
  const stop = new AbortController();
  const { registry, tokens } = await tokenRegistry(t, (_request, response) => {
    if (tokens.seen.length === 1) return stop.abort();
    json(response, 200, { token: "t" });
  });
  const first = registry.headManifest("one", "1", stop.signal);
  const others = ["two", "three"].map((name) => registry.headManifest(name, "1"));
  await assert.rejects(first, { code: "INTERRUPTED" });
  for (const head of await Promise.all(others)) assert.ok(head !== undefined);
});

test("an unavailable token server gets MAX_ATTEMPTS requests in total", async (t) => {
  const { registry, tokens } = await tokenRegistry(t, (_request, response) => void response.writeHead(503).end());
  const heads = REPOSITORIES.map((name) => registry.headManifest(name, "1"));
  for (const head of await Promise.allSettled(heads)) {
    assert.equal(head.status === "rejected" && (head.reason as { code: string }).code, "SERVER_ERROR");
  }
  assert.equal(tokens.seen.length, MAX_ATTEMPTS);
});
