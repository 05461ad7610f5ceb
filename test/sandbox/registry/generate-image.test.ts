import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { digestOf } from "../../../src/oci/digest.ts";
import { readManifest, type Manifest } from "../../../src/oci/manifest.ts";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { generateImage, storeImage, type GeneratedImage } from "../../../src/sandbox/registry/generate-image.ts";
import { missingReference } from "../../../src/sandbox/registry/registry-manifests.ts";
import { createStore } from "../../../src/sandbox/registry/registry-store.ts";
import { gzipStored, tar } from "../../../src/sandbox/registry/tar.ts";

const NAME = "docker.io/library/python:3.7";

interface ImageJson {
  config: { digest: string };
  layers: { digest: string; size: number }[];
}

function parse(manifest: Manifest | undefined): ImageJson {
  return JSON.parse(Buffer.from(manifest?.bytes ?? []).toString()) as ImageJson;
}

function childOf(image: GeneratedImage, architecture: string): Manifest {
  const content = readManifest(image.top);
  const children = "manifests" in content ? content.manifests : [];
  const digest = children.find(({ platform }) => platform?.architecture === architecture)?.digest;
  return image.manifests.find((manifest) => manifest.digest === digest) ?? assert.fail(architecture);
}

test("an image's digest is the same on every machine and Node version", () => {
  // Changing generated images changes this digest, and users may have recorded such digests.
  assert.equal(
    generateImage(NAME).top.digest,
    "sha256:8500c7af5915b929491db12953c4458030fdb8ff165d4af1974069a4754939f3",
  );
});

test("another tag or revision yields another image that shares the base layer of its repository", () => {
  const first = generateImage(NAME);
  const others = [generateImage("docker.io/library/python:3.8"), generateImage(NAME, { revision: 2 })];
  for (const other of others) {
    assert.notEqual(other.top.digest, first.top.digest);
    const [base, own] = parse(childOf(other, "arm64")).layers;
    assert.equal(base?.digest, parse(childOf(first, "arm64")).layers[0]?.digest);
    assert.notEqual(own?.digest, parse(childOf(first, "arm64")).layers[1]?.digest);
  }
  const unrelated = parse(childOf(generateImage("docker.io/library/ruby:3.7"), "arm64"));
  assert.notEqual(unrelated.layers[0]?.digest, parse(childOf(first, "arm64")).layers[0]?.digest);
});

test("layers are gzipped tarballs of the requested size, and match the config's diff_ids", () => {
  const image = generateImage(NAME, { layers: 3, layerBytes: 100_000 });
  const { config, layers } = parse(childOf(image, "amd64"));
  const blob = (digest: string): Uint8Array =>
    [...image.blobs].find(([name]) => name === digest)?.[1] ?? assert.fail(digest);
  const { rootfs } = JSON.parse(Buffer.from(blob(config.digest)).toString()) as { rootfs: { diff_ids: string[] } };
  const tarballs = layers.map(({ digest }) => gunzipSync(blob(digest)));
  assert.deepEqual(rootfs.diff_ids, tarballs.map(digestOf));
  assert.equal(layers.length, 3);
  for (const tarball of tarballs) {
    assert.ok(tarball.byteLength > 100_000 && tarball.byteLength < 110_000);
    assert.equal(tarball.subarray(257, 262).toString(), "ustar");
  }
});

test("an index has an attestation for each platform", () => {
  const { top } = generateImage(NAME);
  const { manifests } = JSON.parse(Buffer.from(top.bytes).toString()) as {
    manifests: { digest: string; platform: object; annotations?: Record<string, string> }[];
  };
  assert.deepEqual(
    manifests.map(({ platform }) => Object.values(platform).join("/")),
    ["linux/amd64", "unknown/unknown", "linux/arm64/v8", "unknown/unknown"],
  );
  for (const index of [0, 2]) {
    assert.deepEqual(manifests[index + 1]?.annotations, {
      "vnd.docker.reference.digest": manifests[index]?.digest,
      "vnd.docker.reference.type": "attestation-manifest",
    });
  }
});

test("each form is complete and has the right media type", () => {
  const forms = [
    ["oci-index", OCI_INDEX, 5],
    ["docker-list", DOCKER_LIST, 3],
    ["oci-manifest", OCI_MANIFEST, 1],
    ["docker-manifest", DOCKER_MANIFEST, 1],
  ] as const;
  for (const [form, mediaType, manifests] of forms) {
    const image = generateImage(NAME, { form });
    assert.equal(image.top.mediaType, mediaType);
    assert.equal(image.manifests.length, manifests);
    const store = createStore();
    const repository = store.create("library/python");
    storeImage(store, repository, image, "3.7");
    for (const manifest of image.manifests) assert.equal(missingReference(repository, manifest), undefined);
    assert.equal(repository.tags.get("3.7"), image.top.digest);
  }
});

test("zlib can read gzip files of any length", () => {
  for (const length of [0, 1, 65_534, 65_535, 65_536, 200_000]) {
    const bytes = Buffer.alloc(length, "abc");
    assert.deepEqual(gunzipSync(gzipStored(bytes)), bytes);
  }
});

test("a tar file consists of whole blocks and ends with two empty ones", () => {
  const archive = tar([{ path: "a", bytes: Buffer.from("x") }]);
  assert.equal(archive.byteLength, 4 * 512);
  assert.ok(archive.subarray(2 * 512).every((byte) => byte === 0));
});
