/** Tests each quirk of Docker Hub, switched on and off. A failure means that the sandbox no longer behaves like Docker Hub. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { DOCKER_HUB_QUIRKS, type DockerHubQuirkName } from "../../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { ACCOUNT, askToken, dockerHub, REPOSITORY, steppedClock } from "../support/docker-hub.ts";
import { errorCode, request } from "../support/http.ts";

const ONE_PULL = { limit: 1, windowSeconds: 3600 };

/** Keyed by name, so that a quirk without a test does not compile. */
const quirkTests: Record<DockerHubQuirkName, (t: TestContext) => Promise<void>> = {
  async "docker-hub-head-is-free"(t) {
    const hub = await dockerHub(t);
    const head = await hub.manifest("HEAD");
    assert.equal(head.headers["ratelimit-remaining"], "100;w=3600");
    assert.equal((await hub.manifest("GET")).headers["ratelimit-remaining"], "99;w=3600");
    assert.equal(hub.service.counted, 1);

    hub.service.quirks["docker-hub-head-is-free"] = false;
    assert.equal((await hub.manifest("HEAD")).headers["ratelimit-remaining"], "98;w=3600");
  },

  async "docker-hub-head-limited-when-empty"(t) {
    const hub = await dockerHub(t, { pullLimit: ONE_PULL });
    hub.service.spend(1);
    assert.equal((await hub.manifest("HEAD")).status, 429);
    hub.service.quirks["docker-hub-head-limited-when-empty"] = false;
    assert.equal((await hub.manifest("HEAD")).status, 200);
  },

  async "docker-hub-limit-without-retry-after"(t) {
    const hub = await dockerHub(t, { pullLimit: ONE_PULL });
    hub.service.spend(1);
    assert.equal((await hub.manifest("GET")).headers["retry-after"], undefined);
    hub.service.quirks["docker-hub-limit-without-retry-after"] = false;
    assert.equal((await hub.manifest("GET")).headers["retry-after"], "3600");
  },

  async "docker-hub-limit-names-account"(t) {
    const hub = await dockerHub(t, { pullLimit: ONE_PULL });
    hub.service.spend(1, ACCOUNT.username);
    const token = await hub.token(undefined, ACCOUNT);
    assert.match((await hub.manifest("GET", token)).text, /rate limit as 'jane': dckr_jti_\d+\. You may increase/);
    hub.service.quirks["docker-hub-limit-names-account"] = false;
    assert.doesNotMatch((await hub.manifest("GET", token)).text, /jane|dckr_jti/);
  },

  async "docker-hub-x-ratelimit"(t) {
    const hub = await dockerHub(t, { quirks: { "docker-hub-x-ratelimit": true } });
    const { headers } = await hub.manifest("HEAD");
    assert.equal(headers["x-ratelimit-limit"], "100;w=3600");
    assert.equal(headers["x-ratelimit-remaining"], "100;w=3600");
    assert.equal(headers["ratelimit-limit"], undefined);
  },

  async "docker-hub-limit-without-window"(t) {
    const hub = await dockerHub(t, { quirks: { "docker-hub-limit-without-window": true } });
    assert.equal((await hub.manifest("HEAD")).headers["ratelimit-remaining"], "100");
  },

  async "docker-hub-abuse-limit"(t) {
    const hub = await dockerHub(t, { quirks: { "docker-hub-abuse-limit": true } });
    const { registry, auth, catalogue } = hub.service;
    for (const url of [
      `${registry.url}/v2/`,
      `${auth.url}/token`,
      `${catalogue.url}/v2/repositories/library/python/tags`,
    ]) {
      const reply = await request(url);
      assert.equal(reply.status, 429);
      assert.equal(reply.text, "Too Many Requests (HAP429)\n");
      assert.equal(reply.headers["retry-after"], "60");
      assert.equal(reply.headers["ratelimit-limit"], undefined);
    }
    hub.service.quirks["docker-hub-abuse-limit"] = false;
    assert.equal((await hub.manifest("GET")).status, 200);
  },

  async "docker-hub-always-issues-a-token"(t) {
    const hub = await dockerHub(t);
    const missing = "repository:nobody/nothing:pull,push";
    assert.equal((await askToken(hub.service, missing)).status, 200);
    hub.service.quirks["docker-hub-always-issues-a-token"] = false;
    assert.equal((await askToken(hub.service, missing)).status, 403);
  },

  async "docker-hub-token-without-expiry"(t) {
    const clock = steppedClock();
    const quirks = { "docker-hub-token-without-expiry": true };
    const hub = await dockerHub(t, { clock: clock.now, quirks });
    const reply = await askToken(hub.service, `repository:${REPOSITORY}:pull`);
    const { token, ...rest } = JSON.parse(reply.text) as { token: string };
    assert.ok(!("expires_in" in rest));
    clock.advance(59);
    assert.equal((await hub.manifest("HEAD", token)).status, 200);
    clock.advance(2);
    assert.equal((await hub.manifest("HEAD", token)).status, 401);
  },

  async "docker-hub-access-token-only"(t) {
    const hub = await dockerHub(t, { quirks: { "docker-hub-access-token-only": true } });
    const body: object = JSON.parse((await askToken(hub.service, "repository:library/python:pull")).text);
    assert.ok("access_token" in body && !("token" in body));
  },

  async "docker-hub-login-lockout"(t) {
    const clock = steppedClock();
    const hub = await dockerHub(t, { clock: clock.now });
    const scope = `repository:${REPOSITORY}:pull`;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      assert.equal((await askToken(hub.service, scope, { ...ACCOUNT, password: "wrong" })).status, 401);
    }
    assert.equal((await askToken(hub.service, scope, ACCOUNT)).status, 429);
    hub.service.quirks["docker-hub-login-lockout"] = false;
    assert.equal((await askToken(hub.service, scope, ACCOUNT)).status, 200);
    hub.service.quirks["docker-hub-login-lockout"] = true;
    clock.advance(601);
    assert.equal((await askToken(hub.service, scope, ACCOUNT)).status, 200);
  },

  async "docker-hub-missing-repository-unauthorized"(t) {
    const hub = await dockerHub(t);
    const headers = { authorization: `Bearer ${await hub.token("repository:nobody/nothing:pull")}` };
    const url = `${hub.service.registry.url}/v2/nobody/nothing/manifests/latest`;
    const reply = await request(url, { headers });
    assert.equal(reply.status, 401);
    assert.match(
      reply.headers["www-authenticate"] ?? "",
      /scope="repository:nobody\/nothing:pull",error="insufficient_scope"$/,
    );
    hub.service.quirks["docker-hub-missing-repository-unauthorized"] = false;
    assert.equal(errorCode(await request(url, { headers })), "NAME_UNKNOWN");
  },

  async "docker-hub-blob-redirect"(t) {
    const hub = await dockerHub(t);
    const [digest, bytes] = [...hub.image.blobs][0] ?? assert.fail();
    const headers = { authorization: `Bearer ${await hub.token()}` };
    const url = `${hub.service.registry.url}/v2/${REPOSITORY}/blobs/${digest}`;
    const redirect = await request(url, { headers });
    assert.equal(redirect.status, 307);
    const location = new URL(redirect.headers.location ?? "");
    assert.equal(location.origin, hub.service.cdn.url);
    assert.deepEqual((await request(location.href)).bytes, bytes);
    const part = await request(location.href, { headers: { range: "bytes=2-4" } });
    assert.deepEqual([part.status, part.bytes], [206, bytes.subarray(2, 5)]);

    hub.service.quirks["docker-hub-blob-redirect"] = false;
    assert.deepEqual((await request(url, { headers })).bytes, bytes);
  },

  async "docker-hub-cdn-refuses-credentials"(t) {
    const hub = await dockerHub(t);
    const [digest] = hub.image.blobs.keys();
    const headers = { authorization: `Bearer ${await hub.token()}` };
    const redirect = await request(`${hub.service.registry.url}/v2/${REPOSITORY}/blobs/${digest}`, { headers });
    const location = redirect.headers.location ?? "";
    assert.equal((await request(location, { headers })).status, 400);
    hub.service.quirks["docker-hub-cdn-refuses-credentials"] = false;
    assert.equal((await request(location, { headers })).status, 200);
  },

  async "docker-hub-no-referrers"(t) {
    const hub = await dockerHub(t);
    const headers = { authorization: `Bearer ${await hub.token()}` };
    const url = `${hub.service.registry.url}/v2/${REPOSITORY}/referrers/${hub.image.top.digest}`;
    assert.equal((await request(url, { headers })).status, 404);
    hub.service.quirks["docker-hub-no-referrers"] = false;
    assert.equal((await request(url, { headers })).status, 200);
  },

  async "docker-hub-catalogue-retry-after-epoch"(t) {
    const clock = steppedClock();
    const hub = await dockerHub(t, { clock: clock.now, catalogueLimitPerMinute: 1 });
    const url = `${hub.service.catalogue.url}/v2/namespaces/library/repositories/python/tags`;
    assert.equal((await request(url)).status, 200);
    const limited = await request(url);
    assert.equal(limited.status, 429);
    assert.equal(limited.headers["retry-after"], String(clock.now().getTime() / 1000 + 60));
    hub.service.quirks["docker-hub-catalogue-retry-after-epoch"] = false;
    assert.equal((await request(url)).headers["retry-after"], "60");
    clock.advance(60);
    assert.equal((await request(url)).status, 200);
  },
};

for (const { name, what } of DOCKER_HUB_QUIRKS) {
  test(`${name}: ${what}`, quirkTests[name]);
}
