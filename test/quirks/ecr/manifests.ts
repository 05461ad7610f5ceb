import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { BATCH_SIZE } from "../../../src/ecr/images/read-tags.ts";
import type { EcrQuirkName } from "../../../src/sandbox/ecr/ecr-quirks.ts";
import { DOCKER_MANIFEST, MANIFEST_MEDIA_TYPES, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import { makeImage } from "../../sandbox/support/ecr.ts";
import { ecrOf } from "../../support/scenario.ts";
import { addReferrer, listedDigests, SBOM } from "../../support/referrers.ts";
import { errorsIn, type Document } from "../../support/world.ts";
import { storeBareImage } from "../support/bare-image.ts";
import { ecrClient } from "../support/clients.ts";
import { assertArrived, mirrorAll, mirrorFile, REDIS, redisWorld, sentToEcr } from "../support/mirror.ts";
import type { QuirkTests } from "../support/quirk-tests.ts";

const IMMUTABLE = "repositories: { tagMutability: IMMUTABLE }";

export const MANIFESTS = {
  "ecr-get-lacks-digest": {
    async "reads the digest from HEAD, and computes it from the content for GET"(t) {
      const digests: unknown[] = [];
      const { ecr, registry } = await ecrClient(t, "ecr-get-lacks-digest", {
        track:
          ({ method }) =>
          (answer) =>
            answer?.status === 200 && digests.push([method, answer.headers["docker-content-digest"]]),
      });
      const image = makeImage("one");
      ecr.registry.store.putManifest(ecr.registry.store.create("app"), image, ["v1"]);
      assert.equal((await registry.headManifest("app", "v1"))?.digest, image.digest);
      for (const reference of ["v1", image.digest]) {
        const manifest = await registry.getManifest("app", reference);
        assert.deepEqual([manifest.digest, Buffer.from(manifest.bytes)], [image.digest, image.bytes]);
      }
      assert.deepEqual(digests, [
        ["HEAD", image.digest],
        ["GET", undefined],
        ["GET", undefined],
      ]);
    },
  },

  "ecr-translates-manifests": {
    async "accepts all manifest types, so that a tag is read as stored"(t) {
      const { ecr, registry } = await ecrClient(t, "ecr-translates-manifests");
      for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST]) {
        const image = makeImage("one", mediaType);
        ecr.registry.store.putManifest(ecr.registry.store.create("app"), image, ["v1"]);
        const manifest = await registry.getManifest("app", "v1");
        assert.deepEqual([manifest.mediaType, Buffer.from(manifest.bytes)], [mediaType, image.bytes]);
      }
    },
    async "detects no change after mirroring any type of image"(t) {
      const forms = ["oci-index", "docker-list", "oci-manifest", "docker-manifest"] as const;
      const file = mirrorFile(forms.map((form) => `{ image: ${form}:1 }`));
      const place = await redisWorld(t, { images: [], quirks: { "ecr-translates-manifests": true } }, file);
      for (const form of forms)
        place.sandbox.dockerHub.publish(`library/${form}`, "1", { form, layers: 1, layerBytes: 64 });
      await mirrorAll(place);
      for (const form of forms) await assertArrived(place, form, "1");
      const reads = place.sandbox.ecr.calls.filter(({ operation }) => operation === "BatchGetImage");
      assert.ok(reads.length > forms.length);
      for (const { input } of reads) assert.deepEqual(input["acceptedMediaTypes"], [...MANIFEST_MEDIA_TYPES]);
    },
  },

  "ecr-needs-media-type": {
    async "copies an image without media types byte for byte, through the JSON API"(t) {
      const place = await redisWorld(t, { images: [], quirks: { "ecr-needs-media-type": true } });
      const digests = storeBareImage(place.sandbox.dockerHub.store, "library/redis", "7");
      await mirrorAll(place);
      await assertArrived(place, "redis", "7");
      const puts = place.sandbox.ecr.calls.filter(({ operation }) => operation === "PutImage");
      assert.deepEqual(
        puts.map(({ input, error }) => [input["imageDigest"], input["imageTag"], error]),
        [
          [digests[0], undefined, undefined],
          [digests[1], "7", undefined],
        ],
      );
      const refused = (await sentToEcr(place)).filter(({ status }) => status === 405);
      assert.deepEqual(refused, [], "the registry API is not tried");
    },
    async "puts a manifest with a media type through the registry API"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-needs-media-type": true } });
      await mirrorAll(place);
      assert.ok(place.sandbox.ecr.calls.every(({ operation }) => operation !== "PutImage"));
    },
  },

  "ecr-refuses-empty-config": {
    async "skips the artifact with a warning, and copies the image and its other referrers"(t) {
      const file = mirrorFile(["{ image: redis:7, referrers: true }"]);
      const place = await redisWorld(t, { quirks: { "ecr-refuses-empty-config": true } }, file);
      const { store } = place.sandbox.dockerHub;
      const source = store.repository("library/redis");
      const top = source?.manifests.get(source.tags.get("7") ?? ("" as never));
      assert.ok(top !== undefined);
      const refused = addReferrer(store, "library/redis", top, { via: "list", artifactType: SBOM });
      const configType = "application/vnd.example.config.v1+json";
      const accepted = addReferrer(store, "library/redis", top, { via: "list", configType });
      const applied = await place.run(["apply", "--report", "report.json"]);
      assert.equal(applied.code, 0);
      assert.match(applied.stdout, /Warning: skipped some of the referrers of redis:7/);
      assert.match(applied.stdout, /1 skipped with a warning/);
      const document = JSON.parse(await readFile(join(place.folder, "report.json"), "utf8")) as Document;
      const warnings = document.outcomes?.flatMap((outcome) => outcome.warnings ?? []) ?? [];
      assert.deepEqual(
        warnings.map((warning) => [warning.code, warning.side, warning.reference?.split("@")[1]]),
        [["MANIFEST_REFUSED", "target", refused.digest]],
      );
      const repository = (await ecrOf(place)).store.repository("redis");
      assert.deepEqual(
        [top, accepted, refused].map(({ digest }) => repository?.manifests.has(digest)),
        [true, true, false],
      );
      const ecr = (await ecrOf(place)).store;
      assert.deepEqual(
        listedDigests(ecr, "redis", top.digest),
        [accepted.digest],
        "the list omits the refused artifact",
      );
      const again = await place.run(["plan"]);
      assert.match(again.stdout, /No changes/);
      assert.match(again.stdout, /\* 7 +referrers from redis:7 +1 referrer +skipped: the target refused/);
    },
  },

  "ecr-immutable-refuses-equal": {
    async "does not put a tag that already has the digest"(t) {
      const file = mirrorFile([REDIS], IMMUTABLE);
      const place = await redisWorld(t, { quirks: { "ecr-immutable-refuses-equal": true } }, file);
      await mirrorAll(place);
      const again = await place.json(["apply"]);
      assert.equal(again.code, 0);
      const puts = (await sentToEcr(place)).filter(
        ({ method, path }) => method === "PUT" && path.endsWith("/manifests/7"),
      );
      assert.deepEqual(
        puts.map(({ status }) => status),
        [201],
      );
    },
    async "treats the action as done if another run puts the same tag concurrently"(t) {
      const file = mirrorFile([REDIS], IMMUTABLE);
      const place = await redisWorld(t, { quirks: { "ecr-immutable-refuses-equal": true } }, file);
      const { server, store } = await ecrOf(place);
      server.onRequest = ({ method, path }) => {
        const target = store.repository("redis");
        const source = place.sandbox.dockerHub.store.repository("library/redis");
        const manifest = source?.manifests.get(source.tags.get("7") ?? assert.fail());
        const isTag = method === "PUT" && path.endsWith("/manifests/7");
        if (isTag && target !== undefined && manifest !== undefined) store.putManifest(target, manifest, ["7"]);
        return undefined;
      };
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 0, JSON.stringify(document.outcomes));
      const copy = document.outcomes?.find(({ action }) => action.kind === "copy-image");
      assert.equal(copy?.result, "already-done");
      assert.ok(
        server.requests.some(({ method, status }) => method === "PUT" && status === 400),
        "the tag was refused",
      );
      await assertArrived(place, "redis", "7");
    },
    async "fails with TAG_IMMUTABLE if the tag has another digest by now"(t) {
      const file = mirrorFile([REDIS], IMMUTABLE);
      const place = await redisWorld(t, { quirks: { "ecr-immutable-refuses-equal": true } }, file);
      const { server, store } = await ecrOf(place);
      const other = generateImage("other", { form: "oci-manifest", layers: 1, layerBytes: 64 });
      server.onRequest = ({ method, path }) => {
        const target = store.repository("redis");
        const isTag = method === "PUT" && path.endsWith("/manifests/7");
        if (isTag && target !== undefined) storeImage(store, target, other, "7");
        return undefined;
      };
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      assert.deepEqual(
        errorsIn(document).map((error) => [error.code, error.side]),
        [["TAG_IMMUTABLE", "target"]],
      );
      assert.equal(store.repository("redis")?.tags.get("7"), other.top.digest, "nothing was overwritten");
    },
  },

  "ecr-opaque-tag-pages": {
    async "requests the tags it needs in batches of 100 instead of listing all tags"(t) {
      const tags = Array.from({ length: 150 }, (_, at) => `v${at}`);
      const file = mirrorFile([`{ image: redis, tags: [${tags.join(", ")}], refresh: missing }`]);
      const place = await redisWorld(t, { quirks: { "ecr-opaque-tag-pages": true } }, file);
      const { server, store } = await ecrOf(place);
      const image = generateImage("redis", { form: "oci-manifest", layers: 1, layerBytes: 64 });
      const repository = store.create("redis");
      storeImage(store, repository, image);
      store.putManifest(repository, image.top, tags);
      const { code, document } = await place.json(["plan"]);
      assert.equal(code, 0);
      assert.equal(document.totals?.["unchanged"], tags.length);
      const batches = place.sandbox.ecr.calls
        .filter(({ operation }) => operation === "BatchGetImage")
        .map(({ input }) => (input["imageIds"] as unknown[]).length);
      assert.deepEqual(batches, [BATCH_SIZE, tags.length - BATCH_SIZE]);
      assert.ok(place.sandbox.ecr.calls.every(({ operation }) => operation !== "ListImages"));
      assert.ok(server.requests.every(({ path }) => !path.endsWith("/tags/list")));
    },
    async "follows the page links of a source ECR verbatim"(t) {
      const { ecr, registry } = await ecrClient(t, "ecr-opaque-tag-pages", { side: "source" });
      const { store } = ecr.registry;
      const image = generateImage("app", { form: "oci-manifest", layers: 1, layerBytes: 64 });
      const tags = Array.from({ length: 2500 }, (_, at) => `v${at}`);
      storeImage(store, store.create("app"), image);
      store.putManifest(store.create("app"), image.top, tags);
      assert.deepEqual(new Set(await registry.listTags("app")), new Set(tags));
      const lists = ecr.registry.server.requests.filter(({ path, status }) => path.endsWith("/list") && status === 200);
      assert.equal(lists.length, 3);
    },
  },

  "ecr-no-deletes": {
    async "deletes nothing, even when a tag moves"(t) {
      const place = await redisWorld(t, { quirks: { "ecr-no-deletes": true } });
      await mirrorAll(place);
      const { store } = await ecrOf(place);
      const before = [...(store.repository("redis")?.manifests.keys() ?? [])];
      place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
      await mirrorAll(place);
      assert.deepEqual(
        (await sentToEcr(place)).filter(({ method }) => method === "DELETE"),
        [],
      );
      assert.deepEqual(
        place.sandbox.ecr.calls.filter(({ operation }) => /Delete/.test(operation)),
        [],
      );
      const after = store.repository("redis")?.manifests;
      assert.ok(
        before.every((digest) => after?.has(digest)),
        "the old manifests remain",
      );
      assert.ok((after?.size ?? 0) > before.length);
    },
  },
} satisfies Partial<Record<EcrQuirkName, QuirkTests>>;
