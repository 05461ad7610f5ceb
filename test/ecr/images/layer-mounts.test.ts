import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createLayerMounts } from "../../../src/ecr/images/layer-mounts.ts";
import { areEncryptedAlike } from "../../../src/repository/same-encryption.ts";
import type { Encryption } from "../../../src/repository/settings.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { makeImage, makeIndex } from "../../sandbox/support/ecr.ts";

const IMAGE = makeImage("a layer");
const LAYER = { mediaType: OCI_MANIFEST, digest: digestOf(IMAGE.layer), size: IMAGE.layer.length };
const LARGE = { ...LAYER, size: 10 * 1024 * 1024 };
const { signal } = new AbortController();

/** A clock whose waits are ended by the test. */
function heldClock() {
  const waits: PromiseWithResolvers<void>[] = [];
  return {
    waits,
    now: () => 0,
    monotonic: () => 0,
    after: () => () => {},
    sleep(_milliseconds: number, abort?: AbortSignal) {
      const wait = Promise.withResolvers<void>();
      abort?.addEventListener("abort", () => wait.reject(abort.reason));
      waits.push(wait);
      return wait.promise;
    },
  };
}

describe("a layer of ECR", () => {
  test("is mounted only from a repository with an image that refers to it", () => {
    const mounts = createLayerMounts(() => true, heldClock());
    assert.equal(mounts.sourceOf(LAYER, "two"), undefined);
    mounts.recordManifest("one", IMAGE);
    assert.equal(mounts.sourceOf(LAYER, "two"), "one");
    assert.equal(mounts.sourceOf(LAYER, "one"), undefined, "the repository already has it");
    assert.equal(mounts.sourceOf({ ...LAYER, digest: digestOf(Buffer.from("other")) }, "two"), undefined);
    assert.equal(mounts.sourceOf(LARGE, "two"), undefined, "the image states another size");
  });

  test("is not mounted because of an index or an unreadable manifest", () => {
    const mounts = createLayerMounts(() => true, heldClock());
    mounts.recordManifest("one", makeIndex([IMAGE]));
    mounts.recordManifest("one", { ...IMAGE, mediaType: OCI_INDEX });
    mounts.recordManifest("one", { ...IMAGE, bytes: Buffer.from("{") });
    assert.equal(mounts.sourceOf(LAYER, "two"), undefined);
  });

  test("is mounted only if the account and the encryption allow it", () => {
    const mounts = createLayerMounts((from, to) => from === "alike" && to === "two", heldClock());
    for (const name of ["other", "alike"]) mounts.recordManifest(name, IMAGE);
    assert.equal(mounts.sourceOf(LAYER, "two"), "alike");
    assert.equal(mounts.sourceOf(LAYER, "three"), undefined);
    assert.ok(mounts.isWorthwhile(LARGE, "alike", "two"));
    assert.ok(!mounts.isWorthwhile(LARGE, "other", "two"));
  });

  test("is not waited for if uploading is as fast", () => {
    const mounts = createLayerMounts(() => true, heldClock());
    assert.ok(!mounts.isWorthwhile({ ...LAYER, size: 512 * 1024 }, "one", "two"));
    assert.ok(mounts.isWorthwhile({ ...LAYER, size: 512 * 1024 + 1 }, "one", "two"));
    assert.ok(!mounts.isWorthwhile(LARGE, "one", "one"));
  });

  test("that has just arrived is mounted after its image arrives", async () => {
    const clock = heldClock();
    const mounts = createLayerMounts(() => true, clock);
    const both = Promise.all([
      mounts.waitForManifest(LAYER, "one", signal),
      mounts.waitForManifest(LAYER, "one", signal),
    ]);
    mounts.recordManifest("other", IMAGE);
    mounts.recordManifest("one", IMAGE);
    assert.deepEqual(await both, [true, true]);
    assert.equal(await mounts.waitForManifest(LAYER, "one", signal), true);
    assert.equal(clock.waits.length, 2, "a layer with a known manifest needs no wait");
  });

  test("is waited for only once if its image does not arrive", async () => {
    const clock = heldClock();
    const mounts = createLayerMounts(() => true, clock);
    const first = mounts.waitForManifest(LAYER, "one", signal);
    clock.waits[0]?.resolve();
    assert.equal(await first, false);
    assert.equal(await mounts.waitForManifest(LAYER, "one", signal), false);
    assert.equal(clock.waits.length, 1);
    mounts.recordManifest("one", IMAGE);
    assert.equal(await mounts.waitForManifest(LAYER, "one", signal), true, "it arrived later");
  });

  test("is not waited for after the run is interrupted", async () => {
    const mounts = createLayerMounts(() => true, heldClock());
    const run = new AbortController();
    const waiting = mounts.waitForManifest(LAYER, "one", run.signal);
    run.abort(new Error("interrupted"));
    await assert.rejects(waiting, /interrupted/);
  });
});

test("repositories have the same encryption if type and key are known and equal", () => {
  const [own, other] = ["arn:aws:kms:us-east-1:1:key/a", "arn:aws:kms:us-east-1:1:key/b"];
  const all: Encryption[] = [
    { type: "AES256" },
    { type: "KMS", key: own },
    { type: "KMS", key: other },
    { type: "KMS_DSSE", key: own },
    { type: "KMS" },
  ];
  const alike = all.map((one) => all.map((another) => Number(areEncryptedAlike(one, another))).join(""));
  assert.deepEqual(alike, ["10000", "01000", "00100", "00010", "00000"]);
});
