import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT, askToken, dockerHub, REPOSITORY, steppedClock, TAG } from "../support/docker-hub.ts";
import { errorCode, request } from "../support/http.ts";

const SCOPE = `repository:${REPOSITORY}:pull`;

test("answers a request without a token with a challenge naming realm, service and scope", async (t) => {
  const { service } = await dockerHub(t);
  const reply = await request(`${service.registry.url}/v2/${REPOSITORY}/manifests/${TAG}`);
  assert.equal(reply.status, 401);
  assert.equal(
    reply.headers["www-authenticate"],
    `Bearer realm="${service.auth.url}/token",service="registry.docker.io",scope="${SCOPE}"`,
  );
  assert.equal(reply.headers["docker-ratelimit-source"], "203.0.113.7");
  assert.equal(reply.headers["ratelimit-limit"], undefined);
});

test("a token states its lifetime and is refused after it; a new token is accepted", async (t) => {
  const clock = steppedClock();
  const hub = await dockerHub(t, { clock: clock.now, tokenLifetimeSeconds: 5 });
  const issued: unknown = JSON.parse((await askToken(hub.service, SCOPE)).text);
  assert.deepEqual(issued, {
    token: "sandbox-token-1",
    access_token: "sandbox-token-1",
    expires_in: 5,
    issued_at: "2026-10-01T12:00:00.000Z",
  });
  assert.equal((await hub.manifest("HEAD", "sandbox-token-1")).status, 200);
  clock.advance(5);
  const expired = await hub.manifest("HEAD", "sandbox-token-1");
  assert.equal(expired.status, 401);
  assert.match(expired.headers["www-authenticate"] ?? "", /error="invalid_token"$/);
  assert.equal((await hub.manifest("HEAD")).status, 200);
});

test("the token server refuses wrong credentials", async (t) => {
  const { service } = await dockerHub(t);
  assert.equal((await askToken(service, SCOPE, { ...ACCOUNT, password: "wrong" })).status, 401);
  const malformed = await request(`${service.auth.url}/token`, { headers: { authorization: "Basic ?" } });
  assert.equal(malformed.status, 401);
});

test("refuses a token for another repository", async (t) => {
  const hub = await dockerHub(t);
  const reply = await hub.manifest("HEAD", await hub.token("repository:library/ruby:pull"));
  assert.equal(reply.status, 401);
  assert.match(reply.headers["www-authenticate"] ?? "", /error="insufficient_scope"/);
});

test("refuses a made-up token and basic credentials with a challenge", async (t) => {
  const hub = await dockerHub(t);
  assert.equal((await hub.manifest("HEAD", "made-up")).status, 401);
  const headers = { authorization: "Basic amFuZTpkY2tyX3BhdF9leGFtcGxl" };
  assert.equal((await request(`${hub.service.registry.url}/v2/`, { headers })).status, 401);
});

test("the rate limit's source is the address of an anonymous client, or the name of an account", async (t) => {
  const hub = await dockerHub(t);
  assert.equal((await hub.manifest("HEAD")).headers["docker-ratelimit-source"], "203.0.113.7");
  const { headers } = await hub.manifest("GET", await hub.token(SCOPE, ACCOUNT));
  assert.equal(headers["docker-ratelimit-source"], "jane");
  assert.equal(headers["ratelimit-limit"], "200;w=3600");
  assert.equal(headers["ratelimit-remaining"], "199;w=3600");
});

test("counts every GET of a manifest by tag or digest as a pull, but not blobs and missing tags", async (t) => {
  const hub = await dockerHub(t);
  for (const { digest, bytes } of hub.image.manifests) {
    assert.deepEqual((await hub.manifest("GET", undefined, digest)).bytes, bytes);
  }
  assert.equal((await hub.manifest("GET")).headers["docker-content-digest"], hub.image.top.digest);
  const missing = await hub.manifest("GET", undefined, "no-such-tag");
  assert.equal(errorCode(missing), "MANIFEST_UNKNOWN");
  const [blob] = hub.image.blobs.keys();
  const headers = { authorization: `Bearer ${await hub.token()}` };
  await request(`${hub.service.registry.url}/v2/${REPOSITORY}/blobs/${blob}`, { headers });
  assert.equal(hub.service.counted, hub.image.manifests.length + 1);
});

test("refuses pulls over the limit with the recorded text, until the window has moved on", async (t) => {
  const clock = steppedClock();
  const hub = await dockerHub(t, {
    clock: clock.now,
    pullLimit: { limit: 2, windowSeconds: 60 },
    tokenLifetimeSeconds: 600,
  });
  const token = await hub.token();
  await hub.manifest("GET", token);
  clock.advance(30);
  await hub.manifest("GET", token);
  const refused = await hub.manifest("GET", token);
  assert.equal(refused.status, 429);
  assert.equal(
    refused.text,
    '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"}]}',
  );
  assert.equal(refused.headers["ratelimit-remaining"], "0;w=60");
  clock.advance(30);
  assert.equal((await hub.manifest("HEAD", token)).headers["ratelimit-remaining"], "1;w=60");
  assert.equal((await hub.manifest("GET", token)).status, 200);
  assert.equal((await hub.manifest("GET", token)).status, 429);
  assert.equal(hub.service.counted, 3, "refused requests do not count");
});

test("an unlimited source gets no rate limit headers", async (t) => {
  const hub = await dockerHub(t, { pullLimit: "unlimited" });
  const { headers } = await hub.manifest("GET");
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.includes("ratelimit")),
    [],
  );
});

test("refuses every push", async (t) => {
  const hub = await dockerHub(t);
  const headers = { authorization: `Bearer ${await hub.token(`repository:${REPOSITORY}:pull,push`)}` };
  const url = `${hub.service.registry.url}/v2/${REPOSITORY}`;
  for (const [method, path] of [
    ["POST", "blobs/uploads/"],
    ["PUT", `manifests/${TAG}`],
    ["DELETE", `manifests/${TAG}`],
  ] as const) {
    assert.equal((await request(`${url}/${path}`, { method, headers })).status, 401, `${method} ${path}`);
  }
  assert.equal(hub.service.store.repository(REPOSITORY)?.tags.get(TAG), hub.image.top.digest);
});

test("refuses a presigned URL that was modified or has expired", async (t) => {
  const clock = steppedClock();
  const hub = await dockerHub(t, { clock: clock.now });
  const [first, second] = hub.image.blobs.keys();
  const headers = { authorization: `Bearer ${await hub.token()}` };
  const redirect = await request(`${hub.service.registry.url}/v2/${REPOSITORY}/blobs/${first}`, { headers });
  const location = redirect.headers.location ?? "";
  const changed = location.replace(first?.slice(7) ?? "", second?.slice(7) ?? "");
  assert.equal((await request(changed)).status, 403);
  assert.equal((await request(location)).status, 200);
  clock.advance(1201);
  assert.equal((await request(location)).status, 403);
});

test("the catalogue lists tags with digests in pages, newest first", async (t) => {
  const clock = steppedClock();
  const hub = await dockerHub(t, { clock: clock.now });
  clock.advance(60);
  const newer = hub.service.publish(REPOSITORY, "3.8");
  const url = `${hub.service.catalogue.url}/v2/namespaces/library/repositories/python/tags`;
  interface Page {
    count: number;
    next: string | null;
    results: { name: string; digest: string; tag_last_pushed: string; images: { architecture: string }[] }[];
  }
  const first = JSON.parse((await request(`${url}?page_size=1`)).text) as Page;
  assert.equal(first.count, 2);
  assert.deepEqual(
    first.results.map(({ name, digest }) => [name, digest]),
    [["3.8", newer.top.digest]],
  );
  assert.equal(first.results[0]?.tag_last_pushed, "2026-10-01T12:01:00.000Z");
  assert.deepEqual(
    first.results[0].images.map(({ architecture }) => architecture),
    ["amd64", "unknown", "arm64", "unknown"],
  );
  const second = JSON.parse((await request(first.next ?? "")).text) as Page;
  assert.deepEqual(
    second.results.map(({ name }) => name),
    [TAG],
  );
  assert.equal(second.next, null);
  const one: unknown = JSON.parse((await request(`${url}/3.8`)).text);
  assert.deepEqual(one, first.results[0]);
  assert.equal((await request(`${url}/none`)).status, 404);
  assert.equal((await request(`${hub.service.catalogue.url}/v2/repositories/library/python/tags`)).status, 200);
  assert.equal(hub.service.counted, 0);
});
