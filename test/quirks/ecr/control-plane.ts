import assert from "node:assert/strict";

import type { EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn } from "../../support/world.ts";
import { storeBareImage } from "../support/bare-image.ts";
import { assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, sentToEcr } from "../support/mirror.ts";
import type { Copes } from "../support/cope.ts";

export const CONTROL_PLANE = {
  "ecr-kms-key-as-arn": {
    async "sees no change in a repository that was created with an alias"(t) {
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
    async "sees no change in a policy that it set itself"(t) {
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
    async "puts more manifests than fit into a second at the pace that ECR takes"(t) {
      const names = Array.from({ length: 12 }, (_, at) => `app-${at}`);
      const images = names.map((name) => `${name}:1`);
      const options = { images, imageOptions: { layers: 1, layerBytes: 64 } };
      const file = mirrorFile(images.map((image) => `{ image: "${image}" }`));
      const place = await redisWorld(t, { ...options, quirks: { "ecr-put-image-throttle": true } }, file);
      const { server } = await ecrOf(place);
      assert.equal(place.sandbox.ecr.limits.putImagesPerSecond, 10, "ECR's own rate");
      await mirrorAll(place);
      for (const name of names) await assertArrived(place, name, "1");
      const puts = server.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
      const stored = puts.filter(({ status }) => status === 201).length;
      assert.ok(stored > 50, `${stored} manifests`);
      // On a busy machine a few arrive later than they were sent. Without a pace most are refused, several times each.
      assert.ok(puts.length - stored < stored / 4, `${puts.length - stored} of ${puts.length} were refused`);
    },
    async "puts each manifest again until ECR takes it"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-put-image-throttle": true } });
      const { server } = await ecrOf(place);
      const { limits } = place.sandbox.ecr;
      const tried = new Set<string>();
      server.onRequest = ({ method, path }) => {
        if (method !== "PUT" || !path.includes("/manifests/")) return undefined;
        limits.putImagesPerSecond = tried.has(path) ? 1000 : 0;
        tried.add(path);
        return undefined;
      };
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const puts = server.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
      assert.equal(tried.size, 5);
      assert.equal(puts.filter(({ status }) => status === 429).length, tried.size);
      assert.equal(puts.filter(({ status }) => status === 201).length, tried.size);
    },
    async "does so where the API takes the manifest as well"(t) {
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
    async "makes each call again until it is answered"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-api-throttle": true } });
      const { api, limits, calls } = place.sandbox.ecr;
      // Each operation is throttled when it is first asked for, whatever else is under way by then.
      const asked = new Set<string>();
      api.onRequest = ({ headers }) => {
        const operation = headers["x-amz-target"] ?? "";
        limits.apiCallsPerSecond = asked.has(operation) ? 1000 : 0;
        asked.add(operation);
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
    async "asks once, ends in SERVICE_QUOTA, and mirrors into the repositories that are there"(t) {
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
        "nothing is sent after redis",
      );
    },
  },
} satisfies Partial<Record<EcrQuirkName, Copes>>;
