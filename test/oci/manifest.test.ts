import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digestOf } from "../../src/oci/digest.ts";
import {
  MAX_INDEX_MANIFESTS,
  readManifest,
  type ManifestContent,
  type ManifestProblem,
} from "../../src/oci/manifest.ts";
import {
  bareMediaType,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isForeignLayer,
  isImageType,
  isIndexType,
  isSchema1Type,
  MANIFEST_MEDIA_TYPES,
  OCI_INDEX,
  OCI_MANIFEST,
} from "../../src/oci/media-type.ts";
import { isRunnable } from "../../src/oci/platforms/platform.ts";

const layer = (content: string, mediaType = "application/vnd.oci.image.layer.v1.tar+gzip"): object => ({
  mediaType,
  digest: digestOf(Buffer.from(content)),
  size: content.length,
});
const CONFIG = layer("config", "application/vnd.oci.image.config.v1+json");

function read(body: unknown, mediaType: string = OCI_MANIFEST): ManifestContent | ManifestProblem {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return readManifest({ bytes, mediaType, digest: digestOf(bytes) });
}

for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST]) {
  test(`an image of type ${mediaType} refers to its config and layers`, () => {
    const body = { schemaVersion: 2, mediaType, config: CONFIG, layers: [layer("one"), layer("two")] };
    assert.deepEqual(read(body, mediaType), {
      kind: "image",
      config: CONFIG,
      blobs: [CONFIG, layer("one"), layer("two")],
    });
  });
}

for (const mediaType of [OCI_INDEX, DOCKER_LIST]) {
  test(`an index of type ${mediaType} refers to its children, with their platforms`, () => {
    const child = (content: string, platform?: object): object => ({
      ...layer(content, OCI_MANIFEST),
      ...(platform === undefined ? {} : { platform }),
    });
    const arm = child("a", { os: "linux", architecture: "arm64", variant: "v8" });
    const other = child("b", { os: "windows", architecture: "amd64", "os.version": "10" });
    const content = read({ mediaType, manifests: [arm, other, child("c")] }, mediaType);
    assert.deepEqual(content, {
      kind: "index",
      manifests: [arm, child("b", { os: "windows", architecture: "amd64", osVersion: "10" }), child("c")],
    });
  });
}

test("a manifest without a mediaType is read as the type it was served as", () => {
  assert.deepEqual(read({ config: CONFIG, layers: [] }), { kind: "image", config: CONFIG, blobs: [CONFIG] });
  assert.deepEqual(read({ manifests: [] }, OCI_INDEX), { kind: "index", manifests: [] });
});

test("a repeated layer is one blob, and foreign layers are skipped", () => {
  const foreign = [
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  ];
  const layers = [layer("same"), layer("same"), ...foreign.map((type) => layer("far", type))];
  assert.deepEqual(read({ config: CONFIG, layers }), {
    kind: "image",
    config: CONFIG,
    blobs: [CONFIG, layer("same")],
  });
  assert.ok(foreign.every(isForeignLayer));
});

const good = layer("x");
const INVALID: [string, unknown, string][] = [
  ["invalid JSON", "{", OCI_MANIFEST],
  ["an array", "[]", OCI_MANIFEST],
  ["null", "null", OCI_MANIFEST],
  ["bytes that are not UTF-8", "\uD800", OCI_MANIFEST],
  ["no config", { layers: [] }, OCI_MANIFEST],
  ["no layers", { config: CONFIG }, OCI_MANIFEST],
  ["layers that are not a list", { config: CONFIG, layers: {} }, OCI_MANIFEST],
  ["a layer without a digest", { config: CONFIG, layers: [{ ...good, digest: undefined }] }, OCI_MANIFEST],
  ["a path as a digest", { config: CONFIG, layers: [{ ...good, digest: "sha256:../../x" }] }, OCI_MANIFEST],
  ["a negative size", { config: CONFIG, layers: [{ ...good, size: -1 }] }, OCI_MANIFEST],
  ["a fractional size", { config: CONFIG, layers: [{ ...good, size: 1.5 }] }, OCI_MANIFEST],
  ["a size above the safe integers", { config: CONFIG, layers: [{ ...good, size: 2 ** 60 }] }, OCI_MANIFEST],
  ["a string as a size", { config: CONFIG, layers: [{ ...good, size: "1" }] }, OCI_MANIFEST],
  ["a different mediaType", { mediaType: OCI_INDEX, config: CONFIG, layers: [] }, OCI_MANIFEST],
  ["a mediaType that is not a string", { mediaType: 7, config: CONFIG, layers: [] }, OCI_MANIFEST],
  ["an additional list of manifests", { config: CONFIG, layers: [], manifests: [] }, OCI_MANIFEST],
  ["no manifests", {}, OCI_INDEX],
  ["an additional config", { manifests: [], config: CONFIG }, OCI_INDEX],
  ["two sizes for one layer", { config: CONFIG, layers: [good, { ...good, size: 2 }] }, OCI_MANIFEST],
  ["additional layers", { manifests: [], layers: [] }, OCI_INDEX],
  ["a child that is not a descriptor", { manifests: [null] }, OCI_INDEX],
  ["too many children", { manifests: Array(MAX_INDEX_MANIFESTS + 1).fill(good) }, OCI_INDEX],
];

for (const [words, body, mediaType] of INVALID) {
  test(`a manifest with ${words} is invalid`, () => {
    if (words.startsWith("bytes")) {
      const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
      assert.equal(readManifest({ bytes, mediaType, digest: digestOf(bytes) }).kind, "invalid");
      return;
    }
    assert.equal(read(body, mediaType).kind, "invalid");
  });
}

test("schema 1 and unknown types are distinguished from invalid manifests", () => {
  for (const type of [
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
  ]) {
    assert.ok(isSchema1Type(type));
    assert.equal(read({}, type).kind, "schema-1");
  }
  assert.equal(read({}, "application/json").kind, "unknown-media-type");
  assert.deepEqual(read({}, ""), {
    kind: "unknown-media-type",
    message: "the registry sends the manifest without a media type",
  });
});

test("each of the four media types is either an index or an image", () => {
  for (const type of MANIFEST_MEDIA_TYPES) assert.notEqual(isIndexType(type), isImageType(type));
  assert.equal(MANIFEST_MEDIA_TYPES.length, 4);
});

test("the parameters of a Content-Type are ignored", () => {
  assert.equal(bareMediaType("Application/JSON; charset=utf-8"), "application/json");
  assert.equal(bareMediaType(""), "");
});

test("no document makes readManifest throw", () => {
  const key = fc.constantFrom("mediaType", "config", "layers", "manifests", "digest", "size", "platform", "__proto__");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, 1, "x", OCI_INDEX, digestOf(Buffer.from("x"))),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(...MANIFEST_MEDIA_TYPES), (body, mediaType) => {
      assert.ok(["invalid", "index", "image"].includes(read(body, mediaType).kind));
    }),
  );
});

test("attestations are not runnable", () => {
  assert.ok(isRunnable({ os: "linux", architecture: "amd64" }));
  assert.ok(!isRunnable({ os: "unknown", architecture: "unknown" }));
  assert.ok(!isRunnable(undefined));
});
