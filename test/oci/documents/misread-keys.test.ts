import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { platformInConfig } from "../../../src/oci/image-config.ts";
import { readManifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { readReferrers } from "../../../src/oci/referrers.ts";

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blob = (text: string, more: object = {}) => ({
  mediaType: "application/octet-stream",
  digest: digestOf(Buffer.from(text)),
  size: 1,
  ...more,
});
const IMAGE = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: blob("config"), layers: [blob("layer")] };
const PLATFORM = { os: "linux", architecture: "amd64" };
const INDEX = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [blob("child", { platform: PLATFORM })] };

type Body = Readonly<Record<string, unknown>> & { mediaType: string };

const problemOf = (body: Body): string => problemIn(bytesOf(body), body.mediaType);

function problemIn(bytes: Buffer, mediaType: string): string {
  const read = readManifest({ bytes, mediaType, digest: digestOf(bytes) });
  return "message" in read ? read.message : "";
}

describe("a manifest is refused, and the key named,", () => {
  const cases: readonly (readonly [string, string, Body])[] = [
    ["with layers and Layers", "Layers", { ...IMAGE, Layers: [] }],
    ["with config and CONFIG", "CONFIG", { ...IMAGE, CONFIG: blob("other") }],
    ["with mediaType and mediatype", "mediatype", { ...IMAGE, mediatype: OCI_INDEX }],
    ["with a Subject", "Subject", { ...IMAGE, Subject: blob("subject") }],
    ["with a long s", "layer\u017f", { ...IMAGE, "layer\u017f": [] }],
    ["with manifests in an image", "Manifests", { ...IMAGE, Manifests: [] }],
    ["with manifests and MANIFESTS", "MANIFESTS", { ...INDEX, MANIFESTS: [] }],
    ["with a layer of digest and Digest", "Digest", { ...IMAGE, layers: [blob("layer", { Digest: "x" })] }],
    ["with a config of size and SIZE", "SIZE", { ...IMAGE, config: blob("config", { SIZE: 2 }) }],
    ["with a subject of Digest", "DIGEST", { ...IMAGE, subject: blob("subject", { DIGEST: "x" }) }],
    ["with a child of Platform", "Platform", { ...INDEX, manifests: [blob("child", { Platform: PLATFORM })] }],
    [
      "with a platform of os and OS",
      "OS",
      { ...INDEX, manifests: [blob("child", { platform: { ...PLATFORM, OS: "windows" } })] },
    ],
    [
      "with a platform of Os.Version",
      "Os.Version",
      { ...INDEX, manifests: [blob("child", { platform: { ...PLATFORM, "Os.Version": "10" } })] },
    ],
  ];
  for (const [what, key, body] of cases) {
    test(what, () => assert.ok(problemOf(body).includes(`"${key}", which some clients read as`), problemOf(body)));
  }

  test("but not for annotations and unknown keys, which are free", () => {
    assert.equal(problemOf({ ...IMAGE, annotations: { layers: "", Layers: "" }, Extra: 1, extra: 2 }), "");
    assert.equal(problemOf(IMAGE), "");
    assert.equal(problemOf(INDEX), "");
  });
});

/** Adds members to the first object that contains `at`, which JSON.stringify cannot do. */
const adding = (body: object, at: string, members: string): Buffer =>
  Buffer.from(JSON.stringify(body).replace(at, `${members},${at}`));

describe("a manifest is refused that has a key twice,", () => {
  const cases: readonly (readonly [string, string, Buffer, string])[] = [
    ["in one spelling", "layers", adding(IMAGE, '"layers"', '"layers":[]'), OCI_MANIFEST],
    ["written with escapes", "layers", adding(IMAGE, '"layers"', String.raw`"l\u0061yers":[]`), OCI_MANIFEST],
    ["in an index", "manifests", adding(INDEX, '"manifests"', '"manifests":[]'), OCI_INDEX],
    ["in a platform", "os", adding(INDEX, '"os"', '"os":"windows"'), OCI_INDEX],
    ["in a descriptor", "digest", adding(IMAGE, '"digest"', '"digest":"x"'), OCI_MANIFEST],
    ["in annotations", "a", adding({ ...IMAGE, annotations: { a: "1" } }, '"a":"1"', '"a":"2"'), OCI_MANIFEST],
  ];
  for (const [what, key, bytes, mediaType] of cases) {
    test(what, () =>
      assert.equal(problemIn(bytes, mediaType), `the manifest has the key "${key}" twice in one object`),
    );
  }
});

describe("a list of referrers is refused", () => {
  test("with a key that some clients read as another", () => {
    const read = readReferrers(bytesOf({ ...INDEX, Manifests: [] }));
    assert.match(typeof read === "string" ? read : "", /^the list of referrers has both "manifests" and "Manifests"/);
  });
  test("with a key twice", () => {
    const read = readReferrers(adding(INDEX, '"manifests"', '"manifests":[]'));
    assert.equal(read, 'the list of referrers has the key "manifests" twice in one object');
  });
});

describe("a config", () => {
  const problemOfConfig = (bytes: Buffer): string => {
    const read = platformInConfig(bytes);
    return read.kind === "ambiguous" ? read.problem : "";
  };

  test("names its platform", () => {
    assert.deepEqual(platformInConfig(bytesOf(PLATFORM)), { kind: "read", platform: "linux/amd64" });
  });
  for (const key of ["OS", "Architecture", "Variant", "OS.version", "RootFS", "Config"]) {
    test(`is refused with ${key}, and the key named`, () => {
      const config = { ...PLATFORM, variant: "", "os.version": "", rootfs: {}, config: {}, [key]: "windows" };
      assert.match(problemOfConfig(bytesOf(config)), new RegExp(`^the config has both .*"${key}"`));
    });
  }
  test("is refused with a key twice", () => {
    const twice = adding(PLATFORM, '"os"', String.raw`"o\u0073":"windows"`);
    assert.equal(problemOfConfig(twice), 'the config has the key "os" twice in one object');
  });
  test("may have keys of its own, in any case, in the part that is not the image's", () => {
    assert.equal(problemOfConfig(bytesOf({ ...PLATFORM, config: { Labels: { OS: "", os: "" } } })), "");
  });
});
