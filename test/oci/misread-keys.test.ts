import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../src/oci/digest.ts";
import { platformInConfig } from "../../src/oci/image-config.ts";
import { readManifest } from "../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { readReferrers } from "../../src/oci/referrers.ts";

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

function problemOf(body: Body): string {
  const bytes = bytesOf(body);
  const read = readManifest({ bytes, mediaType: body.mediaType, digest: digestOf(bytes) });
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

test("a list of referrers is refused too", () => {
  const list = { ...INDEX, Manifests: [] };
  const read = readReferrers(bytesOf(list));
  assert.match(typeof read === "string" ? read : "", /both "manifests" and "Manifests"/);
});

test("a config that clients read differently names no platform", () => {
  assert.equal(platformInConfig(bytesOf(PLATFORM)), "linux/amd64");
  assert.equal(platformInConfig(bytesOf({ ...PLATFORM, OS: "windows" })), undefined);
});
