import assert from "node:assert/strict";

import type { DockerHubQuirkName } from "../../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { MAX_ATTEMPTS, RETRY_AFTER_CAP } from "../../../src/registry/limits.ts";
import { CATALOGUE_LIMIT } from "../../../src/sandbox/docker-hub/docker-hub.ts";
import { request } from "../../sandbox/support/http.ts";
import { hubClient, LIBRARY_REDIS } from "../support/clients.ts";
import { askedOfHub, assertArrived, mirrorAll, mirrorFile, redisWorld, signedIn } from "../support/mirror.ts";
import { ACCOUNT } from "../support/account.ts";
import { addReferrer } from "../../support/referrers.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

export const HOSTS = {
  "docker-hub-abuse-limit": {
    async "waits as Retry-After says, and continues when the limit is lifted"(t) {
      const { hub, registry, clock } = await hubClient(t, { quirks: { "docker-hub-abuse-limit": true } });
      hub.registry.onRequest = ({ path }) => {
        hub.quirks["docker-hub-abuse-limit"] = hub.registry.requests.length < 3;
        assert.match(path, /manifests/);
        return undefined;
      };
      assert.ok(await registry.headManifest(LIBRARY_REDIS, "7"));
      assert.equal(clock.slept.length, 2);
      for (const wait of clock.slept) assert.ok(wait >= 60_000 && wait <= RETRY_AFTER_CAP, String(wait));
    },
    async "fails with TOO_MANY_REQUESTS, not with PULL_LIMIT"(t) {
      const { hub, registry, clock } = await hubClient(t, { quirks: { "docker-hub-abuse-limit": true } });
      await assert.rejects(registry.getManifest(LIBRARY_REDIS, "7"), {
        code: "TOO_MANY_REQUESTS",
        side: "source",
        hint: /wait a few minutes/,
      });
      assert.equal(hub.registry.requests.length, MAX_ATTEMPTS);
      assert.ok(clock.slept.every((wait) => wait >= 60_000));
    },
    async "also waits at the token server"(t) {
      const { hub, registry, clock } = await hubClient(t);
      hub.auth.onRequest = () => {
        hub.quirks["docker-hub-abuse-limit"] = hub.auth.requests.length < 2;
        return undefined;
      };
      assert.ok(await registry.headManifest(LIBRARY_REDIS, "7"));
      assert.equal(hub.auth.requests.length, 2);
      assert.ok((clock.slept[0] ?? 0) >= 60_000);
    },
  },

  "docker-hub-blob-redirect": {
    async "follows the redirect of each blob once, and logs no presigned URL"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-blob-redirect": true } });
      const { code, stdout, stderr } = await place.run(["apply", "--verbose"]);
      assert.equal(code, 0, stderr);
      await assertArrived(place, "redis", "7");
      const { cdn, store } = place.sandbox.dockerHub;
      const { blobs } = store.repository("library/redis") ?? assert.fail();
      assert.deepEqual(
        cdn.requests.map(({ status }) => status),
        [...blobs].map(() => 200),
      );
      assert.equal(new Set(cdn.requests.map(({ path }) => path)).size, blobs.size);
      assert.ok(stderr.includes(cdn.host), "the log names the host");
      assert.doesNotMatch(stdout + stderr, /X-Amz-/i);
    },
  },

  "docker-hub-cdn-refuses-credentials": {
    async "sends no credentials to the other host"(t) {
      const place = await redisWorld(t, {
        accounts: [ACCOUNT],
        quirks: { "docker-hub-cdn-refuses-credentials": true },
      });
      await mirrorAll(place, signedIn(place, ACCOUNT.username, ACCOUNT.password));
      await assertArrived(place, "redis", "7");
      assert.ok(askedOfHub(place, "blobs", "GET").every(({ authorization }) => authorization === "bearer"));
      const { requests } = place.sandbox.dockerHub.cdn;
      assert.ok(requests.length > 0);
      for (const { authorization, status } of requests) assert.deepEqual([authorization, status], [undefined, 200]);
    },
  },

  "docker-hub-no-referrers": {
    async "finds referrers under the fallback tag, and tries the API once per repository"(t) {
      const file = mirrorFile(["{ image: redis:7, referrers: true }"]);
      const place = await redisWorld(t, { quirks: { "docker-hub-no-referrers": true } }, file);
      const { store, registry } = place.sandbox.dockerHub;
      const source = store.repository("library/redis");
      const top = source?.manifests.get(source.tags.get("7") ?? ("" as never));
      assert.ok(top !== undefined);
      addReferrer(store, "library/redis", top, { via: "list" });
      const { code } = await place.run(["plan"]);
      assert.equal(code, 0);
      const attempts = registry.requests.filter(({ path, status }) => path.includes("/referrers/") && status === 404);
      assert.equal(attempts.length, 1);
      await mirrorAll(place);
    },
    async "does not request referrers unless configured"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-no-referrers": true } });
      await mirrorAll(place);
      const { requests } = place.sandbox.dockerHub.registry;
      assert.ok(requests.length > 0);
      assert.deepEqual(
        requests.filter(({ path }) => path.includes("/referrers/")),
        [],
      );
    },
  },

  "docker-hub-catalogue-retry-after-epoch": {
    async "plans without the catalogue, without waiting or retrying"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-catalogue-retry-after-epoch": true } });
      const { catalogue } = place.sandbox.dockerHub;
      const unlimited = await place.run(["plan"]);
      while (catalogue.requests.length < CATALOGUE_LIMIT) await request(`${catalogue.url}/v2/`);
      const before = catalogue.requests.length;
      const { code, stdout } = await place.run(["plan"]);
      assert.equal(code, 0);
      assert.deepEqual(
        catalogue.requests.slice(before).map(({ status }) => status),
        [429],
      );
      assert.match(unlimited.stdout, /2 platforms/);
      assert.doesNotMatch(stdout, /2 platforms/, "the information from the catalogue is omitted");
      await mirrorAll(place);
    },
  },
} satisfies Partial<Record<DockerHubQuirkName, QuirkTests>>;
