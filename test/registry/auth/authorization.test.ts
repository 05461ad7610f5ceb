import assert from "node:assert/strict";
import { test } from "node:test";
import { Agent } from "undici";
import type { MirrorError } from "../../../src/errors.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { canonicalRegistry } from "../../../src/oci/reference.ts";
import { createAuthorization } from "../../../src/registry/auth/authorization.ts";
import type { Credential } from "../../../src/registry/auth/credential.ts";
import { registryKindOf } from "../../../src/registry/hosts/registry-kind.ts";
import { hintFor } from "../../../src/registry/errors/response-hint.ts";
import { REJECTION_INTERVAL } from "../../../src/registry/limits.ts";
import { clientOf, json, refuse, serve } from "../server.ts";

const ME: Credential = { username: "me", password: "hunter2" };
const MY_BASIC = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;

test("Basic credentials are sent after a challenge, and then with each request", async (t) => {
  const server = await serve(t, (request, response) => {
    const isGood = request.headers.authorization === MY_BASIC;
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": 'Basic realm="r"' }).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });

  await registry.headManifest("app", "1");
  await registry.headManifest("app", "2");

  assert.deepEqual(
    server.seen.map(({ headers }) => headers.authorization),
    [undefined, MY_BASIC, MY_BASIC],
  );
});

test("credentials are looked up for the endpoint's host, not for the registry's name", async (t) => {
  const hosts: string[] = [];
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  });
  const lookup = async (host: string): Promise<undefined> => void hosts.push(host);
  const { registry } = clientOf(t, server.url, { name: "docker.io", credentials: { lookup } });

  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });

  assert.deepEqual([...new Set(hosts)], [server.url.host]);
});

test("Bearer is preferred to Basic", async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith("/token")) return json(response, 200, { token: "t" });
    const isGood = request.headers.authorization === "Bearer t";
    const realm = new URL("/token", server.url).href;
    response.writeHead(isGood ? 200 : 401, { "www-authenticate": `Basic realm="r", Bearer realm="${realm}"` }).end();
  });
  const { registry } = clientOf(t, server.url);
  assert.ok(await registry.headManifest("app", "1"));
});

test("refused credentials are looked up again, but not for each refused request", async (t) => {
  const rejected: string[] = [];
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  });
  const credentials = { lookup: async () => ME, rejected: (host: string) => void rejected.push(host) };
  const { registry, clock } = clientOf(t, server.url, { credentials });

  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });

  assert.deepEqual(
    server.seen.map(({ method }) => method),
    ["HEAD", "HEAD", "GET", "HEAD", "GET"],
  );
  assert.deepEqual(rejected, [server.url.host]);

  clock.time += REJECTION_INTERVAL;
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });
  assert.deepEqual(rejected, [server.url.host, server.url.host]);
});

test("a refused token does not reject the credentials", async (t) => {
  const rejected: string[] = [];
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith("/token")) return json(response, 200, { token: "t" });
    const realm = new URL("/token", server.url).href;
    response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
  });
  const credentials = { lookup: async () => ME, rejected: (host: string) => void rejected.push(host) };
  const { registry } = clientOf(t, server.url, { credentials });
  for (const name of ["one", "two"]) {
    await assert.rejects(registry.headManifest(name, "1"), { code: "UNAUTHORIZED" });
  }
  assert.deepEqual(rejected, []);
});

for (const status of [401, 403]) {
  test(`an expired ECR password (${status}) is replaced`, async (t) => {
    let current = "one";
    const server = await serve(t, (request, response) => {
      const expected = `Basic ${Buffer.from("AWS:two").toString("base64")}`;
      if (request.headers.authorization === expected) {
        return void response.writeHead(201, { "docker-content-digest": digestOf(Buffer.from("{}")) }).end();
      }
      refuse(
        response,
        status === 403 && request.headers.authorization !== undefined ? 403 : 401,
        "DENIED",
        "Your authorization token has expired. Reauthenticate and try again.",
        { "www-authenticate": "Basic realm=r" },
      );
    });
    const { registry } = clientOf(t, server.url, {
      side: "target",
      credentials: {
        lookup: async () => ({ username: "AWS", password: current }),
        rejected: () => {
          current = "two";
        },
      },
    });
    const bytes = Buffer.from("{}");
    const manifest = { bytes, mediaType: "x/y", digest: digestOf(bytes) };
    await registry.putManifest("app", "1", manifest);
    assert.equal(server.seen.length, 3);
  });
}

test("after a 401 without a challenge, /v2/ is requested for one", async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.headers.authorization === MY_BASIC) return void response.writeHead(200).end();
    const headers: Record<string, string> = request.url === "/v2/" ? { "www-authenticate": "Basic realm=r" } : {};
    response.writeHead(401, headers).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  assert.ok(await registry.headManifest("app", "1"));
  assert.deepEqual(server.lines(), ["HEAD /v2/app/manifests/1", "GET /v2/", "HEAD /v2/app/manifests/1"]);
});

test("a registry without a challenge is an error, and gets no credentials", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(401).end());
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });
  assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
});

test("a challenge of an unknown scheme is an error, and gets no credentials", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Negotiate abc" }).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED" });
  assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
});

test("credentials are not sent over plain HTTP to another machine", async () => {
  let lookups = 0;
  const authorization = createAuthorization({
    registry: "registry.lan:5000",
    maxRefusals: 1,
    endpoint: new URL("http://registry.lan:5000"),
    actions: "pull",
    credentials: {
      lookup: async () => {
        lookups += 1;
        return ME;
      },
    },
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => {}, after: () => () => {} },
    exchange: async ({ credential }) => ({ value: credential === undefined ? "anonymous" : "mine", lifetime: 60 }),
    ping: async () => ({}),
  });
  const nothing = { value: undefined, fresh: false };

  assert.equal(await authorization.renew({ "www-authenticate": "Basic realm=r" }, "app", nothing), undefined);
  const bearer = await authorization.renew({ "www-authenticate": 'Bearer realm="https://a"' }, "app", nothing);
  assert.equal(bearer?.value, "Bearer anonymous");
  assert.equal(lookups, 0);
});

test("the hint for Docker Hub's 401 mentions missing and private repositories", async (t) => {
  const server = await serve(t, (_request, response) =>
    refuse(response, 401, "UNAUTHORIZED", "authentication required", { "www-authenticate": "Basic realm=r" }),
  );
  const { registry } = clientOf(t, server.url, { name: "docker.io" });
  await assert.rejects(registry.getManifest("library/nothing", "1"), {
    code: "UNAUTHORIZED",
    reference: "docker.io/library/nothing:1",
    hint: /sign in to its endpoint .* if it is private; .* missing and private repositories/,
  });
});

test("the hint for another registry names the endpoint's host to sign in to", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(401).end());
  const { registry } = clientOf(t, server.url, { name: "ghcr.io" });
  await assert.rejects(registry.getManifest("a/b", "1"), (error: MirrorError) => {
    assert.ok(error.hint.includes(`docker login ${server.url.host}`));
    return true;
  });
});

for (const endpoint of ["https://ghcr.io", "https://registry-1.docker.io"]) {
  test(`the hint for ${endpoint} says how to sign in`, () => {
    const registryKind = registryKindOf(canonicalRegistry(new URL(endpoint).host));
    const context = {
      registryKind,
      side: "source",
      operation: "read manifest",
      signedIn: false,
      isOpen: false,
    } as const;
    const hint = hintFor("UNAUTHORIZED", { ...context, endpoint: new URL(endpoint) });
    assert.match(hint ?? "", /docker login ghcr\.io|sign in if it is private;/);
  });
}

test("the hint says that no credentials are sent over plain HTTP", async (t) => {
  // A host name that resolves to this machine, but is not a name of it.
  const server = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  });
  const dispatcher = new Agent({
    connect: { lookup: (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]) },
  });
  t.after(() => dispatcher.destroy());
  const credentials = { lookup: async () => ME };
  const endpoint = new URL(`http://registry.lan:${server.url.port}`);
  const { registry } = clientOf(t, endpoint, { dispatcher, credentials });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED", hint: /plain HTTP/ });
  assert.ok(server.seen.every(({ headers }) => headers.authorization === undefined));
});
