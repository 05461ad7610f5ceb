import assert from "node:assert/strict";
import { test } from "node:test";

import { ListImagesCommand, PutImageCommand, PutImageTagMutabilityCommand } from "@aws-sdk/client-ecr";

import { digestOf } from "../../../src/oci/digest.ts";
import { makeImage, makeIndex, startEndpoint, type EndpointFixture } from "../support/ecr.ts";
import { errorCode } from "../support/http.ts";

test("returns an index and its children byte for byte as pushed", async (t) => {
  const ecr = await startEndpoint(t);
  const images = [makeImage("amd64"), makeImage("arm64")];
  for (const image of images) await pushByDigest(ecr, image);
  const index = makeIndex(images);
  assert.equal((await ecr.putManifest("app/manifests/v1", index)).status, 201);
  assert.deepEqual((await ecr.send("GET", "app/manifests/v1")).bytes, index.bytes);
  for (const image of images) {
    assert.deepEqual((await ecr.send("GET", `app/manifests/${image.digest}`)).bytes, image.bytes);
    assert.deepEqual((await ecr.send("GET", `app/blobs/${digestOf(image.layer)}`)).bytes, image.layer);
  }
});

test("refuses a manifest whose layers or children are missing", async (t) => {
  const ecr = await startEndpoint(t);
  const image = makeImage("one");
  const refused = await ecr.putManifest("app/manifests/v1", image);
  assert.equal(refused.status, 404);
  assert.deepEqual(JSON.parse(refused.text), {
    errors: [
      {
        code: "BLOB_UPLOAD_UNKNOWN",
        message: `Layers with digests '[${digestOf(image.config)}, ${digestOf(image.layer)}]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist`,
      },
    ],
  });
  const index = await ecr.putManifest("app/manifests/v1", makeIndex([image]));
  assert.equal(errorCode(index), "MANIFEST_BLOB_UNKNOWN");
  assert.equal(ecr.registry.store.repository("app")?.tags.size, 0);
});

test("does not check references if checkReferences is off", async (t) => {
  const ecr = await startEndpoint(t, { checkReferences: false });
  const reply = await ecr.putManifest("app/manifests/v1", makeIndex([makeImage("nowhere")]));
  assert.equal(reply.status, 201);
});

test("an immutable tag cannot be moved, except for exclusions", async (t) => {
  const ecr = await startEndpoint(t);
  const [one, two] = [makeImage("one"), makeImage("two")];
  for (const image of [one, two]) await pushByDigest(ecr, image);
  const put = async (tag: string) => {
    await ecr.putManifest(`app/manifests/${tag}`, one);
    return ecr.putManifest(`app/manifests/${tag}`, two);
  };
  const setFilters = (imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION") =>
    ecr.client.send(
      new PutImageTagMutabilityCommand({
        repositoryName: "app",
        imageTagMutability,
        imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "*-nightly.x" }],
      }),
    );
  await setFilters("IMMUTABLE_WITH_EXCLUSION");
  const refused = await put("v1");
  assert.equal(refused.status, 400);
  assert.deepEqual(JSON.parse(refused.text), {
    errors: [
      {
        code: "TAG_INVALID",
        message:
          "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
      },
    ],
  });
  assert.equal((await put("v2-nightly.x")).status, 201);
  assert.equal((await put("v2-nightlyyx")).status, 400, "a dot in a filter matches only a dot");
  await setFilters("MUTABLE_WITH_EXCLUSION");
  assert.equal((await put("v3")).status, 201);
  assert.equal((await put("v3-nightly.x")).status, 400);
  assert.equal(ecr.registry.store.repository("app")?.tags.get("v1"), one.digest);
});

test("uses ECR's texts for a missing repository and a missing image", async (t) => {
  const ecr = await startEndpoint(t);
  const text = "The repository with name 'gone' does not exist in the registry with id '123456789012'";
  for (const path of ["manifests/v1", `blobs/sha256:${"0".repeat(64)}`, "tags/list"]) {
    const reply = await ecr.send("GET", `gone/${path}`);
    assert.equal(reply.status, 404);
    assert.deepEqual(JSON.parse(reply.text), { errors: [{ code: "NAME_UNKNOWN", message: text }] });
  }
  const absent = await ecr.send("GET", "app/manifests/v1");
  assert.deepEqual(JSON.parse(absent.text), {
    errors: [{ code: "MANIFEST_UNKNOWN", message: "Requested image not found" }],
  });
});

test("an image pushed through one API is visible through the other", async (t) => {
  const ecr = await startEndpoint(t);
  const [one, two] = [makeImage("one"), makeImage("two")];
  for (const image of [one, two]) await pushByDigest(ecr, image);
  const put = { repositoryName: "app", imageManifest: one.bytes.toString(), imageTag: "v1" };
  await ecr.client.send(new PutImageCommand(put));
  const head = await ecr.send("HEAD", "app/manifests/v1");
  assert.equal(head.headers["docker-content-digest"], one.digest);
  await ecr.putManifest("app/manifests/v1", two);
  const { imageIds } = await ecr.client.send(new ListImagesCommand({ repositoryName: "app" }));
  assert.deepEqual(imageIds, [{ imageDigest: one.digest }, { imageDigest: two.digest, imageTag: "v1" }]);
});

async function pushByDigest(ecr: EndpointFixture, image: ReturnType<typeof makeImage>): Promise<void> {
  for (const blob of [image.layer, image.config]) await ecr.push("app", blob);
  const { status } = await ecr.putManifest(`app/manifests/${image.digest}`, image);
  assert.equal(status, 201);
}
