import assert from "node:assert/strict";

import type { DockerHubQuirkName } from "../../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { errorsIn, type World } from "../../support/world.ts";
import { askedOfHub, assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, signedIn } from "../support/mirror.ts";
import { ACCOUNT } from "../support/account.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

/** Manifests of redis:7 in the sandbox: an index, and an image and an attestation for each of two platforms. */
const MANIFESTS = 5;

export const PULL_LIMIT = {
  "docker-hub-head-is-free": {
    async "plans with HEAD requests only, which spend no pulls"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-head-is-free": true } });
      for (const _ of [1, 2]) assert.equal((await place.json(["plan"])).code, 0);
      assert.ok(askedOfHub(place, "manifests", "HEAD").length > 0);
      assert.deepEqual(askedOfHub(place, "manifests", "GET"), []);
      assert.equal(place.sandbox.dockerHub.counted, 0);
      await mirrorAll(place);
      assert.equal(place.sandbox.dockerHub.counted, MANIFESTS, "each manifest is read once");
    },
  },

  "docker-hub-head-limited-when-empty": {
    async "keeps mirrored images, and postpones the others"(t) {
      const file = mirrorFile([REDIS, "{ image: nginx:1, refresh: missing }", "{ image: ruby:3 }"]);
      const place = await redisWorld(t, { images: ["redis:7", "nginx:1"] }, file);
      assert.equal((await place.json(["apply"])).code, 1, "ruby does not exist yet");
      const { dockerHub } = place.sandbox;
      dockerHub.publish("library/ruby", "3");
      dockerHub.spend(100);
      const before = dockerHub.registry.requests.length;
      const { code, document } = await place.json(["plan"]);
      const { rows = [] } = document.targets?.[0] ?? {};
      const reported = rows.map(({ kind, reason, error }) => [kind, reason ?? "", error?.code ?? ""].join(" "));
      assert.deepEqual(reported.toSorted(), [
        "kept-image not-checked PULL_LIMIT",
        "postponed-image pull-limit-reached PULL_LIMIT",
        "unchanged already-there ",
      ]);
      assert.equal(code, 0);
      const refused = dockerHub.registry.requests.slice(before).filter(({ status }) => status === 429);
      assert.deepEqual(
        refused.map(({ method }) => method),
        ["HEAD", "HEAD"],
        "one request each, and no GET",
      );
      await assertArrived(place, "redis", "7");
    },
  },

  "docker-hub-limit-without-retry-after": {
    async "stops with PULL_LIMIT, and does not push the tag of an incomplete image"(t) {
      const place = await redisWorld(t, {
        quirks: { "docker-hub-limit-without-retry-after": true },
      });
      await assertStopsMidway(place);
    },
    async "does not wait for the window to pass, even with a Retry-After"(t) {
      const place = await redisWorld(t, {
        quirks: { "docker-hub-limit-without-retry-after": false },
      });
      await assertStopsMidway(place);
    },
  },

  "docker-hub-limit-names-account": {
    async "reveals neither the account nor the token's ID, in text or JSON"(t) {
      const place = await redisWorld(t, {
        accounts: [ACCOUNT],
        // Enough for the plan. spendWhen spends it before the first manifest is read.
        pullLimit: { limit: 100, windowSeconds: 3600 },
        quirks: { "docker-hub-limit-names-account": true, "docker-hub-head-limited-when-empty": false },
      });
      const environment = signedIn(place, ACCOUNT.username, ACCOUNT.password);
      const { dockerHub } = place.sandbox;
      spendWhen(place, ({ method, status }) => method === "HEAD" && status === 200, ACCOUNT.username);
      const output: string[] = [];
      for (const args of [
        ["apply", "--json"],
        ["apply", "--verbose"],
        ["plan", "--json"],
        ["plan", "--verbose"],
      ]) {
        const { stdout, stderr } = await place.run(args, { environment });
        output.push(stdout, stderr);
      }
      const refused = askedOfHub(place, "manifests", "GET").filter(({ status }) => status === 429);
      assert.equal(refused.length, 1, "one answer named the account");
      assert.ok(dockerHub.auth.requests.every(({ authorization }) => authorization === "basic"));
      const all = output.join("\n");
      assert.match(all, /PULL_LIMIT/);
      assert.doesNotMatch(all, new RegExp(`${ACCOUNT.username}|dckr_|sandbox-token`));
    },
  },

  "docker-hub-x-ratelimit": {
    async "reads the remaining pulls"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-x-ratelimit": true } });
      assert.match((await place.run(["plan"])).stdout, /100 of 100 pulls remaining in the 1-hour window/);
      const { applied } = await mirrorAll(place);
      const [pulls] = applied.pulls ?? [];
      assert.equal(pulls?.spent, MANIFESTS);
      assert.deepEqual([pulls.reading?.limit, pulls.reading?.remaining], [100, 100 - MANIFESTS]);
    },
  },

  "docker-hub-limit-without-window": {
    async "reports the remaining pulls without a window"(t) {
      const place = await redisWorld(t, { quirks: { "docker-hub-limit-without-window": true } });
      const { stdout } = await place.run(["plan"]);
      assert.match(stdout, /100 of 100 pulls remaining/);
      assert.doesNotMatch(stdout, /window/);
      const { applied } = await mirrorAll(place);
      assert.equal(applied.pulls?.[0]?.reading?.remaining, 100 - MANIFESTS);
    },
  },
} satisfies Partial<Record<DockerHubQuirkName, QuirkTests>>;

/** Spends all remaining pulls, as another client would, after a matching request has been answered. */
function spendWhen({ sandbox }: World, matches: (request: RecordedRequest) => boolean, username?: string): void {
  let isSpent = false;
  sandbox.dockerHub.registry.onFinished = (request) => {
    if (isSpent || !matches(request)) return;
    isSpent = true;
    sandbox.dockerHub.spend(100, username);
  };
}

/** Lets another client spend the remaining pulls after the index has been read, so that its children are refused. */
async function assertStopsMidway(place: World): Promise<void> {
  spendWhen(place, ({ method, status, path }) => method === "GET" && status === 200 && path.includes("/manifests/"));
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 4);
  const errors = errorsIn(document);
  assert.deepEqual(
    errors.map((error) => [error.code, error.side]),
    [["PULL_LIMIT", "source"]],
  );
  assert.match(errors[0]?.hint ?? "", /when pulls are available again/);
  const gets = askedOfHub(place, "manifests", "GET").filter(({ authorization }) => authorization !== undefined);
  assert.ok(gets.some(({ status }) => status === 429));
  assert.equal(new Set(gets.map(({ path }) => path)).size, gets.length, "no manifest is requested twice");
  const { store } = await ecrOf(place);
  assert.deepEqual(incompleteTags(store), []);
  assert.equal(store.repository("redis")?.tags.size, 0);
}
