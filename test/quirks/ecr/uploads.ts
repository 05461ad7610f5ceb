import assert from "node:assert/strict";

import { Readable } from "node:stream";
import { digestOf } from "../../../src/oci/digest.ts";
import type { EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import { MAX_ATTEMPTS } from "../../../src/registry/limits.ts";
import { ecrOf } from "../../support/scenario.ts";
import { type World } from "../../support/world.ts";
import { ecrClient } from "../support/clients.ts";
import { assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, sentToEcr } from "../support/mirror.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

export const UPLOADS = {
  "ecr-patch-created": {
    async "uploads without PATCH"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-patch-created": true } });
      await mirrorAll(place);
      await assertUploadedWhole(place);
    },
  },

  "ecr-drops-later-patches": {
    async "sends a large blob in a single PUT"(t) {
      const place = await redisWorld(t, {
        imageOptions: { form: "oci-manifest", layers: 1, layerBytes: 6 * 1024 * 1024 },
        quirks: { "ecr-drops-later-patches": true },
      });
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      await assertUploadedWhole(place);
    },
  },

  "ecr-cuts-uploads": {
    async "creates the repository before the first upload, so that no upload is cut off"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-cuts-uploads": true } });
      const { server, store } = await ecrOf(place);
      const early: string[] = [];
      server.onRequest = ({ method, path }) => {
        if (method !== "GET" && store.repository("redis") === undefined) early.push(`${method} ${path}`);
        return undefined;
      };
      await mirrorAll(place);
      assert.deepEqual(early, []);
      assert.ok(server.requests.every(({ status }) => status !== 0));
    },
    async "explains a cut upload when the repository has been deleted"(t) {
      const { ecr, registry, clock } = await ecrClient(t, "ecr-cuts-uploads");
      ecr.registry.store.remove("app");
      const bytes = Buffer.from("a layer");
      const blob = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.byteLength };
      await assert.rejects(registry.putBlob("app", blob, Readable.from([bytes])), {
        code: "UNREACHABLE",
        side: "target",
        operation: "start upload of blob",
        hint: /the repository was deleted .* if it does not exist/,
      });
      assert.equal(clock.slept.length, MAX_ATTEMPTS - 1, "the upload is retried");
    },
  },

  "ecr-mount-needs-setting": {
    async "uploads missing blobs to each repository instead of mounting them"(t) {
      const file = mirrorFile([REDIS, "{ image: redis:7, to: copy/of/redis:7 }"]);
      const place = await redisWorld(t, { quirks: { "ecr-mount-needs-setting": true } }, file);
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const requests = await sentToEcr(place);
      assert.deepEqual(
        requests.filter(({ query }) => query.includes("mount=")),
        [],
      );
      const { store } = await ecrOf(place);
      for (const name of ["redis", "copy/of/redis"]) {
        const uploads = requests.filter(
          ({ method, path }) => method === "POST" && path === `/v2/${name}/blobs/uploads/`,
        );
        assert.equal(uploads.length, store.repository(name)?.blobs.size);
      }
    },
  },

  "ecr-mount-needs-manifest": {
    async "mounts a layer only after the first image is complete, so that no mount fails"(t) {
      const file = mirrorFile([REDIS, "{ image: redis:7, to: copy/of/redis:7 }"]);
      const place = await redisWorld(
        t,
        {
          imageOptions: { layers: 1, layerBytes: 600 * 1024 },
          quirks: { "ecr-mount-needs-manifest": true },
          ecr: { accountSettings: { BLOB_MOUNTING: "ENABLED" } },
        },
        file,
      );
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const mounts = (await sentToEcr(place)).filter(({ query }) => query.includes("mount="));
      // One layer for each platform.
      assert.deepEqual(
        mounts.map(({ status }) => status),
        [201, 201],
      );
    },
  },
} satisfies Partial<Record<EcrQuirkName, QuirkTests>>;

/** Asserts that each blob was uploaded by a POST and a single PUT. */
async function assertUploadedWhole(place: World): Promise<void> {
  const requests = await sentToEcr(place);
  const { store } = await ecrOf(place);
  const sizes = [...(store.repository("redis")?.blobs.values() ?? [])].map(({ byteLength }) => String(byteLength));
  assert.deepEqual(
    requests.filter(({ method }) => method === "PATCH"),
    [],
  );
  const puts = requests.filter(({ method, path }) => method === "PUT" && path.includes("/blobs/uploads/"));
  assert.deepEqual(puts.map(({ headers }) => headers["content-length"] ?? "").toSorted(), sizes.toSorted());
  assert.ok(puts.every(({ status }) => status === 201));
}
