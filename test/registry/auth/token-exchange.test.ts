import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { redactPullLimit } from "../../../src/dockerhub/pull-limit-response.ts";
import type { Credential } from "../../../src/registry/auth/credential.ts";
import { MAX_ATTEMPTS } from "../../../src/registry/limits.ts";
import type { RegistryOptions } from "../../../src/registry/registry-options.ts";
import { MANIFEST } from "../images.ts";
import { clientOf, json, refuse, serve, type Client, type Server } from "../server.ts";

interface Setting extends Client {
  tokens: Server;
  server: Server;
  /** The Authorization headers that the registry accepts. */
  accepted: Set<string>;
}

interface Options extends Partial<RegistryOptions> {
  /** The response to the n-th token request, starting at 1. */
  answer?: (n: number) => object;
  credential?: Credential;
  challenge?: (realm: string) => string;
}

/** Starts a registry and its token server. */
async function setUp(t: TestContext, options: Options = {}): Promise<Setting> {
  const {
    answer = (n: number) => ({ token: `token-${n}`, expires_in: 300 }),
    credential,
    challenge,
    ...rest
  } = options;
  const accepted = new Set(["Bearer token-1"]);
  const tokens = await serve(t, (_request, response) => json(response, 200, answer(tokens.seen.length)));
  const server = await serve(t, (request, response) => {
    if (accepted.has(request.headers.authorization ?? "")) {
      return void response.writeHead(200, { "docker-content-digest": MANIFEST.digest }).end();
    }
    const realm = new URL("/token?account=x", tokens.url).href;
    const scope = "repository:somebody/else:pull,push,delete";
    const offered = challenge?.(realm) ?? `Bearer realm="${realm}",service="reg.example",scope="${scope}"`;
    refuse(response, 401, "UNAUTHORIZED", "authentication required", { "www-authenticate": offered });
  });
  const credentials = { lookup: async () => credential };
  return { ...clientOf(t, server.url, { credentials, ...rest }), tokens, server, accepted };
}

function authorizations(server: Server): (string | undefined)[] {
  return server.seen.map(({ headers }) => headers.authorization);
}

test("a token is requested anonymously with the challenge's service and the repository's scope", async (t) => {
  const { registry, tokens, server } = await setUp(t);

  await registry.headManifest("team/app", "1");

  assert.deepEqual(tokens.lines(), ["GET /token?account=x&service=reg.example&scope=repository%3Ateam%2Fapp%3Apull"]);
  assert.deepEqual(authorizations(tokens), [undefined]);
  assert.deepEqual(authorizations(server), [undefined, "Bearer token-1"]);
});

test("a token for a target has push access", async (t) => {
  const { registry, tokens } = await setUp(t, { side: "target" });
  await registry.headManifest("app", "1");
  assert.match(tokens.seen[0]?.url ?? "", /scope=repository%3Aapp%3Apull%2Cpush$/);
});

test("a scope of another kind is used from the challenge", async (t) => {
  const { registry, tokens } = await setUp(t, { challenge: (realm) => `Bearer realm="${realm}",scope="aws"` });
  await registry.headManifest("app", "1");
  assert.equal(tokens.seen[0]?.url, "/token?account=x&scope=aws");
});

test("a token is reused for its repository, and another repository gets another token", async (t) => {
  const { registry, tokens, server, accepted } = await setUp(t);
  accepted.add("Bearer token-2");

  await registry.headManifest("app", "1");
  await registry.headManifest("app", "2");
  await registry.headManifest("other", "1");

  assert.equal(tokens.seen.length, 2);
  assert.deepEqual(authorizations(server), [undefined, "Bearer token-1", "Bearer token-1", "Bearer token-2"]);
});

test("concurrent requests share one token request for a scope", async (t) => {
  const { registry, tokens } = await setUp(t);
  await Promise.all([..."abcdef"].map((tag) => registry.headManifest("app", tag)));
  assert.equal(tokens.seen.length, 1);
});

test("a user name and password are sent only to the token server, as Basic", async (t) => {
  const { registry, tokens, server } = await setUp(t, { credential: { username: "me", password: "sécret:x" } });
  await registry.headManifest("app", "1");
  assert.deepEqual(authorizations(tokens), [`Basic ${Buffer.from("me:sécret:x").toString("base64")}`]);
  assert.deepEqual(authorizations(server), [undefined, "Bearer token-1"]);
});

test("an identity token is exchanged by POST", async (t) => {
  const { registry, tokens } = await setUp(t, {
    credential: { identityToken: "refresh/me" },
    answer: () => ({ access_token: "token-1" }),
  });

  await registry.headManifest("app", "1");

  const [request] = tokens.seen;
  assert.equal(request?.method, "POST");
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request?.body.toString())), {
    grant_type: "refresh_token",
    client_id: "mirrorform",
    scope: "repository:app:pull",
    service: "reg.example",
    refresh_token: "refresh/me",
  });
  assert.doesNotMatch(request?.url ?? "", /refresh/);
});

test("access_token is accepted as token", async (t) => {
  const { registry } = await setUp(t, { answer: () => ({ token: "", access_token: "token-1" }) });
  assert.ok(await registry.headManifest("app", "1"));
});

test("a token is renewed before it expires", async (t) => {
  const { registry, tokens, server, accepted, clock } = await setUp(t);
  accepted.add("Bearer token-2");

  await registry.headManifest("app", "1");
  clock.time += 269_000;
  await registry.headManifest("app", "1");
  assert.equal(tokens.seen.length, 1);
  clock.time += 2_000;
  await registry.headManifest("app", "1");

  assert.equal(tokens.seen.length, 2);
  assert.deepEqual(authorizations(server).at(-1), "Bearer token-2");
  assert.equal(server.seen.length, 4, "the renewed token was not refused");
});

test("a token expires after its lifetime where the system's time is set back meanwhile", async (t) => {
  const { registry, tokens, accepted, clock } = await setUp(t);
  accepted.add("Bearer token-2");
  await registry.headManifest("app", "1");
  clock.behind = 3_600_000;
  clock.time += 271_000;
  await registry.headManifest("app", "1");
  assert.equal(tokens.seen.length, 2);
});

for (const [words, extra] of [
  ["without expires_in", {}],
  ["with an invalid expires_in", { expires_in: -1 }],
] as const) {
  test(`a token ${words} lasts 60 seconds`, async (t) => {
    const { registry, tokens, accepted, clock } = await setUp(t, {
      answer: (n) => ({ token: `token-${n}`, ...extra }),
    });
    accepted.add("Bearer token-2");
    await registry.headManifest("app", "1");
    clock.time += 53_000;
    await registry.headManifest("app", "1");
    assert.equal(tokens.seen.length, 1);
    clock.time += 2_000;
    await registry.headManifest("app", "1");
    assert.equal(tokens.seen.length, 2);
  });
}

test("a token that the registry no longer accepts is renewed once", async (t) => {
  const { registry, tokens, accepted } = await setUp(t);
  await registry.headManifest("app", "1");
  accepted.clear();
  accepted.add("Bearer token-2");

  assert.ok(await registry.headManifest("app", "1"));
  assert.equal(tokens.seen.length, 2);

  accepted.clear();
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });
  assert.equal(tokens.seen.length, 3);
});

test("a 401 for a new token is final", async (t) => {
  const { registry, tokens, server, accepted } = await setUp(t);
  accepted.clear();
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED", side: "source", retryable: false });
  assert.equal(tokens.seen.length, 1);
  assert.deepEqual(
    server.seen.map(({ method }) => method),
    ["HEAD", "HEAD", "GET"],
  );
});

test("ECR Public's 400 for an expired token is handled like a 401", async (t) => {
  let isExpired = false;
  const tokens = await serve(t, (_request, response) => json(response, 200, { token: `token-${tokens.seen.length}` }));
  const server = await serve(t, (request, response) => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      return void response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
    }
    if (isExpired && authorization === "Bearer token-1") {
      return refuse(response, 400, "DENIED", "Your authorization token has expired. Reauthenticate and try again.");
    }
    response.writeHead(200, { "content-type": MANIFEST.mediaType }).end(MANIFEST.bytes);
  });
  const { registry } = clientOf(t, server.url);
  await registry.getManifest("app", "1");
  isExpired = true;
  await registry.getManifest("app", "1");
  assert.equal(tokens.seen.length, 2);
});

test("a request to a busy token server is retried", async (t) => {
  const tokens = await serve(t, (_request, response) =>
    tokens.seen.length < 3 ? void response.writeHead(503).end() : json(response, 200, { token: "t" }),
  );
  const server = await serve(t, (request, response) => {
    const isGood = request.headers.authorization === "Bearer t";
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
  });
  const { registry } = clientOf(t, server.url);
  assert.ok(await registry.headManifest("app", "1"));
});

test("a busy token server gets MAX_ATTEMPTS requests, and the request itself is not retried", async (t) => {
  const tokens = await serve(t, (_request, response) => void response.writeHead(503).end());
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.headManifest("app", "1"), { code: "SERVER_ERROR", operation: "sign in to" });
  assert.equal(tokens.seen.length, MAX_ATTEMPTS);
});

test("the error for a refused password does not contain the password", async (t) => {
  const rejected: string[] = [];
  const tokens = await serve(t, (_request, response) =>
    json(response, 401, { details: "incorrect username or password" }),
  );
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
  });
  const { registry } = clientOf(t, server.url, {
    credentials: {
      lookup: async () => ({ username: "me", password: "hunter2" }),
      rejected: (host) => rejected.push(host),
    },
  });
  await assert.rejects(registry.headManifest("app", "1"), (error: Error) => {
    assert.match(error.message, /answered 401.*incorrect username or password/);
    assert.doesNotMatch(JSON.stringify(error), /hunter2/);
    return true;
  });
  assert.deepEqual(rejected, [server.url.host]);
});

for (const [words, answer] of [
  ["no token", {}],
  ["a token that would break a header", { token: "a\r\nx-evil: 1" }],
  ["a list", []],
] as const) {
  test(`a token server that answers with ${words} is an error`, async (t) => {
    const { registry } = await setUp(t, { answer: () => answer });
    await assert.rejects(registry.headManifest("app", "1"), { code: "UNEXPECTED_RESPONSE", operation: "sign in to" });
  });
}

test("a token server's endless response is not read to the end", async (t) => {
  const { registry } = await setUp(t, { answer: () => ({ token: "x".repeat(1_000_000) }) });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNEXPECTED_RESPONSE" });
});

for (const realm of [
  "https://169.254.169.254/token",
  "https://localhost./token",
  "https://[::ffff:127.0.0.1]/token",
  "https://metadata.google.internal/token",
  "https://metadata.goog/token",
  "https://instance-data./token",
  "https://[::ffff:169.254.169.254]/token",
  "https://[64:ff9b:1::a9fe:a9fe]/token",
  "https://[2002:a9fe:a9fe::]/token",
  "https://[fd00:ec2::254]/token",
  "https://[fe80::1]/token",
  "https://2852039166/token",
  "https://0xa9.0xfe.0xa9.0xfe/token",
  "https://0251.0376.0251.0376/token",
  "https://100.100.100.200/token",
  "https://0.0.0.0/token",
  "http://auth.example.com/token",
  "ftp://127.0.0.1/token",
  "/token",
  "",
  "https://user:pass@127.0.0.1/token",
]) {
  test(`the realm ${realm || "(none)"} is refused`, async (t) => {
    const { registry } = await setUp(t, {
      credential: { username: "me", password: "hunter2" },
      challenge: () => `Bearer realm="${realm}"`,
    });
    await assert.rejects(registry.headManifest("app", "1"), { code: "REALM_REFUSED" });
  });
}

test("credentials are not sent after a redirect of the realm", async (t) => {
  const elsewhere = await serve(t, (_request, response) => json(response, 200, { token: "token-1" }));
  const tokens = await serve(t, (_request, response) => {
    response.writeHead(307, { location: new URL("/token", elsewhere.url).href }).end();
  });
  const server = await serve(t, (request, response) => {
    const isGood = request.headers.authorization === "Bearer token-1";
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
  });

  const signedIn = clientOf(t, server.url, {
    credentials: { lookup: async () => ({ username: "me", password: "hunter2" }) },
  });
  await assert.rejects(signedIn.registry.headManifest("app", "1"), { code: "REALM_REFUSED" });
  assert.equal(elsewhere.seen.length, 0);

  const anonymous = clientOf(t, server.url);
  assert.ok(await anonymous.registry.headManifest("app", "1"));
});

test("aborting a request does not fail others that wait for the same token", async (t) => {
  const stop = new AbortController();
  const tokens = await serve(t, async (_request, response) => {
    if (tokens.seen.length === 1) return stop.abort();
    json(response, 200, { token: "token-1" });
  });
  const server = await serve(t, (request, response) => {
    const isGood = request.headers.authorization === "Bearer token-1";
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
  });
  const { registry } = clientOf(t, server.url);
  const [first, second] = await Promise.allSettled([
    registry.headManifest("app", "1", stop.signal),
    registry.headManifest("app", "2"),
  ]);
  assert.equal(second.status, "fulfilled");
  assert.equal(first.status, "rejected");
});

test("the account name is redacted in a token server's pull limit error", async (t) => {
  const message = "You have reached your pull rate limit as 'jane': dckr_jti_abc-DEF. You may increase the limit.";
  const tokens = await serve(t, (_request, response) => refuse(response, 429, "TOOMANYREQUESTS", message));
  const offered = { "www-authenticate": `Bearer realm="${new URL("/token", tokens.url).href}"` };
  const server = await serve(t, (_request, response) => refuse(response, 401, "UNAUTHORIZED", "sign in to", offered));
  const { registry } = clientOf(t, server.url, { redact: redactPullLimit });
  await assert.rejects(registry.headManifest("app", "1"), (error: Error) => {
    assert.match(error.message, /pull rate limit as \[account\]/);
    assert.doesNotMatch(error.message, /jane|dckr_/);
    return true;
  });
});

test("a web page in place of a token is UNEXPECTED_RESPONSE, and names the token server", async (t) => {
  const portal = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
  });
  const { registry } = await setUp(t, { challenge: () => `Bearer realm="${new URL("/token", portal.url).href}"` });
  await assert.rejects(registry.headManifest("team/app", "1"), {
    code: "UNEXPECTED_RESPONSE",
    operation: "sign in to",
    message: `${portal.url.host} answered with a web page instead of a token`,
  });
});

test("a token announced as HTML is used", async (t) => {
  const tokens = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end('{"token":"token-1"}');
  });
  const { registry } = await setUp(t, { challenge: () => `Bearer realm="${new URL("/token", tokens.url).href}"` });
  assert.ok(await registry.headManifest("team/app", "1"));
});
