import assert from "node:assert/strict";

import type { DockerHubQuirkName } from "../../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { MAX_ATTEMPTS } from "../../../src/registry/limits.ts";
import { request } from "../../sandbox/support/http.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn } from "../../support/world.ts";
import { hubClient, LIBRARY_REDIS } from "../support/clients.ts";
import { assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, signedIn } from "../support/mirror.ts";
import { ACCOUNT } from "../support/account.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

export const SIGN_IN = {
  "docker-hub-always-issues-a-token": {
    async "reports a refusal despite the token, after one attempt with one token that only requests pull"(t) {
      const place = await redisWorld(
        t,
        { quirks: { "docker-hub-always-issues-a-token": true } },
        mirrorFile([REDIS, "{ image: no-such-image:1 }"]),
      );
      const { code, document } = await place.json(["plan"]);
      assert.equal(code, 1);
      assert.deepEqual(
        errorsIn(document).map((error) => error.code),
        ["UNAUTHORIZED"],
      );
      const { auth, registry } = place.sandbox.dockerHub;
      const scopes = auth.requests.map(({ query }) => new URLSearchParams(query).get("scope"));
      assert.deepEqual(scopes.map(String).toSorted(), [
        "repository:library/no-such-image:pull",
        "repository:library/redis:pull",
      ]);
      const attempts = registry.requests.filter(({ path }) => path.includes("no-such-image"));
      assert.deepEqual(
        attempts.map(({ authorization }) => authorization),
        [undefined, "bearer"],
      );
    },
  },

  "docker-hub-token-without-expiry": {
    async "assumes a lifetime of 60 seconds, and renews the token before it expires"(t) {
      let now = Date.parse("2026-10-01T12:00:00Z");
      const { registry, hub, clock, events } = await hubClient(t, {
        clock: () => new Date(now),
        quirks: { "docker-hub-token-without-expiry": true },
      });
      for (const seconds of [0, 40, 61]) {
        now += seconds * 1000;
        clock.time += seconds * 1000;
        assert.ok(await registry.headManifest(LIBRARY_REDIS, "7"));
      }
      assert.equal(hub.auth.requests.length, 2);
      const statuses = hub.registry.requests.map(({ status }) => status);
      assert.deepEqual(statuses, [401, 200, 200, 200], "only the first request is challenged");
      assert.ok(events.every(({ type }) => type !== "request.retried"));
    },
  },

  "docker-hub-access-token-only": {
    async "uses access_token if token is missing"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-access-token-only": true } });
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
    },
  },

  "docker-hub-login-lockout": {
    async "sends a wrong password only once per run, so that the account is not locked"(t) {
      const names = ["redis", "nginx", "ruby", "python", "golang", "node", "debian"];
      const images = names.map((name) => `${name}:1`);
      const file = mirrorFile(images.map((image) => `{ image: ${image} }`));
      const place = await redisWorld(t, { images, accounts: [ACCOUNT] }, file);
      const wrong = await place.json(["plan"], { environment: signedIn(place, ACCOUNT.username, "a typo") });
      assert.equal(wrong.code, 1);
      const codes = errorsIn(wrong.document).map((error) => error.code);
      assert.deepEqual(
        codes,
        images.map(() => "UNAUTHORIZED"),
      );
      assert.equal(place.sandbox.dockerHub.auth.requests.length, 1);
      const right = await place.json(["plan"], { environment: signedIn(place, ACCOUNT.username, ACCOUNT.password) });
      assert.equal(right.code, 0);
    },
    async "fails with TOO_MANY_REQUESTS while the account is locked, without falling back to anonymous requests"(t) {
      const lookup = async (): Promise<typeof ACCOUNT> => ACCOUNT;
      const { registry, hub } = await hubClient(t, {}, { credentials: { lookup } });
      const basic = Buffer.from(`${ACCOUNT.username}:a typo`).toString("base64");
      for (const _ of [1, 2, 3, 4, 5]) {
        const headers = { authorization: `Basic ${basic}` };
        assert.equal((await request(`${hub.auth.url}/token`, { headers })).status, 401);
      }
      await assert.rejects(registry.headManifest(LIBRARY_REDIS, "7"), {
        code: "TOO_MANY_REQUESTS",
        operation: "sign in to",
        message: /too many failed login attempts/,
      });
      const attempts = hub.auth.requests.slice(5);
      assert.equal(attempts.length, MAX_ATTEMPTS);
      assert.ok(attempts.every(({ authorization }) => authorization === "basic"));
    },
  },

  "docker-hub-missing-repository-unauthorized": {
    async "reports that the image may be missing or private, and mirrors the other images"(t) {
      const file = mirrorFile([REDIS, "{ image: nginx:1 }"]);
      const place = await redisWorld(t, { images: ["redis:7", "nginx:1"] }, file);
      await mirrorAll(place);
      place.sandbox.dockerHub.store.remove("library/nginx");
      place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      const [error] = errorsIn(document);
      assert.equal(error?.code, "UNAUTHORIZED");
      assert.equal(error.side, "source");
      assert.match(error.hint ?? "", /missing and private repositories/);
      const { store } = await ecrOf(place);
      assert.equal(store.repository("nginx")?.tags.size, 1, "the mirrored tag remains");
      const moved = place.sandbox.dockerHub.store.repository("library/redis")?.tags.get("7");
      assert.equal(store.repository("redis")?.tags.get("7"), moved);
    },
  },
} satisfies Partial<Record<DockerHubQuirkName, QuirkTests>>;
