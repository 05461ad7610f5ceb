import assert from "node:assert/strict";

import type { EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn } from "../../support/world.ts";
import { storeBareImage } from "../support/bare-image.ts";
import { assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, sentToEcr } from "../support/mirror.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

export const CONTROL_PLANE = {
  "ecr-kms-key-as-arn": {
    async "detects no change in a repository that was created with an alias"(t) {
      const file = mirrorFile([REDIS], "repositories: { encryption: { kms: alias/mirrors } }");
      const place = await redisWorld(t, { quirks: { "ecr-kms-key-as-arn": true } }, file);
      await mirrorAll(place);
      const created = place.sandbox.ecr.calls.filter(({ operation }) => operation === "CreateRepository");
      assert.deepEqual(
        created.map(({ input }) => input["encryptionConfiguration"]),
        [{ encryptionType: "KMS", kmsKey: "alias/mirrors" }],
      );
      const again = await place.json(["apply"]);
      assert.equal(again.code, 0);
      assert.deepEqual(again.document.outcomes, []);
      assert.deepEqual(
        again.document.plan?.targets[0]?.rows.map(({ kind }) => kind),
        ["unchanged"],
      );
    },
  },

  "ecr-policy-in-other-words": {
    async "detects no change in a policy that it has set"(t) {
      const principal = '{ AWS: ["123456789012", "210987654321"] }';
      const statement = `{ Sid: pull, Effect: Allow, Principal: ${principal}, Action: ["ecr:BatchGetImage"] }`;
      const file = mirrorFile([REDIS], `repositories: { policy: { Statement: [${statement}] } }`);
      const place = await redisWorld(t, { quirks: { "ecr-policy-in-other-words": true } }, file);
      await mirrorAll(place);
      const again = await place.json(["apply"]);
      assert.deepEqual([again.code, again.document.outcomes], [0, []]);
    },
  },

  "ecr-put-image-throttle": {
    async "puts manifests at the rate that ECR allows"(t) {
      const names = Array.from({ length: 12 }, (_, at) => `app-${at}`);
      const images = names.map((name) => `${name}:1`);
      const options = { images, imageOptions: { layers: 1, layerBytes: 64 } };
      const file = mirrorFile(images.map((image) => `{ image: "${image}" }`));
      const place = await redisWorld(t, { ...options, quirks: { "ecr-put-image-throttle": true } }, file);
      const { server } = await ecrOf(place);
      assert.equal(place.sandbox.ecr.limits.putImagesPerSecond, 10, "ECR's quota");
      await mirrorAll(place);
      for (const name of names) await assertArrived(place, name, "1");
      const puts = server.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
      const stored = puts.filter(({ status }) => status === 201).length;
      assert.ok(stored > 50, `${stored} manifests`);
      // On a busy machine, a few manifests are refused because they arrive late. Without rate limiting, most are refused
      // several times.
      assert.ok(puts.length - stored < stored / 4, `${puts.length - stored} of ${puts.length} were refused`);
    },
    async "retries each manifest until ECR accepts it"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-put-image-throttle": true } });
      const { server } = await ecrOf(place);
      const { limits } = place.sandbox.ecr;
      const seen = new Set<string>();
      server.onRequest = ({ method, path }) => {
        if (method !== "PUT" || !path.includes("/manifests/")) return undefined;
        limits.putImagesPerSecond = seen.has(path) ? 1000 : 0;
        seen.add(path);
        return undefined;
      };
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const puts = server.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
      assert.equal(seen.size, 5);
      assert.equal(puts.filter(({ status }) => status === 429).length, seen.size);
      assert.equal(puts.filter(({ status }) => status === 201).length, seen.size);
    },
    async "also retries a manifest that it puts through the JSON API"(t) {
      const place = await redisWorld(t, { images: [], quirks: { "ecr-put-image-throttle": true } });
      storeBareImage(place.sandbox.dockerHub.store, "library/redis", "7");
      const { limits, api } = place.sandbox.ecr;
      let puts = 0;
      api.onRequest = ({ headers }) => {
        if (headers["x-amz-target"]?.endsWith(".PutImage") === true)
          limits.putImagesPerSecond = (puts += 1) % 2 === 1 ? 0 : 1000;
        return undefined;
      };
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const calls = place.sandbox.ecr.calls.filter(({ operation }) => operation === "PutImage");
      const throttled = "ThrottlingException";
      assert.deepEqual(
        calls.map(({ error }) => error),
        [throttled, undefined, throttled, undefined],
      );
    },
  },

  "ecr-api-throttle": {
    async "retries each call until it succeeds"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-api-throttle": true } });
      const { api, limits, calls } = place.sandbox.ecr;
      // Throttle the first call of each operation.
      const seen = new Set<string>();
      api.onRequest = ({ headers }) => {
        const operation = headers["x-amz-target"] ?? "";
        limits.apiCallsPerSecond = seen.has(operation) ? 1000 : 0;
        seen.add(operation);
        return undefined;
      };
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 0, JSON.stringify(document));
      await assertArrived(place, "redis", "7");
      const failed = calls.filter(({ error }) => error === "ThrottlingException").map(({ operation }) => operation);
      for (const operation of ["GetAuthorizationToken", "CreateRepository", "BatchGetImage"]) {
        assert.ok(failed.includes(operation), `${operation} was throttled`);
      }
      assert.equal(
        calls.filter(({ operation, error }) => operation === "CreateRepository" && error === undefined).length,
        1,
      );
    },
  },

  "ecr-repository-quota": {
    async "fails with SERVICE_QUOTA without retrying, and mirrors to existing repositories"(t) {
      const file = mirrorFile([REDIS, "{ image: nginx:1 }"]);
      const images = ["redis:7", "nginx:1"];
      const place = await redisWorld(
        t,
        { images, quirks: { "ecr-repository-quota": true }, ecr: { limits: { repositories: 1 } } },
        file,
      );
      const { store } = await ecrOf(place);
      store.create("nginx");
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      const errors = errorsIn(document);
      assert.deepEqual(errors.map((error) => error.code).toSorted(), ["REPOSITORY_FAILED", "SERVICE_QUOTA"]);
      const quota = errors.find((error) => error.code === "SERVICE_QUOTA");
      assert.deepEqual([quota?.side, quota?.operation, quota?.reference], ["target", "create repository", "redis"]);
      assert.match(quota?.hint ?? "", /Service Quotas/);
      const created = place.sandbox.ecr.calls.filter(({ operation }) => operation === "CreateRepository");
      assert.deepEqual(
        created.map(({ error }) => error),
        ["LimitExceededException"],
      );
      await assertArrived(place, "nginx", "1");
      assert.ok(
        (await sentToEcr(place)).every(({ path }) => !path.includes("/redis/")),
        "nothing is sent to redis",
      );
    },
  },
} satisfies Partial<Record<EcrQuirkName, QuirkTests>>;
