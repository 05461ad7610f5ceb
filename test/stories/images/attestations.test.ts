/** BuildKit's attestations, with and without `attestations: false`, and children that the source no longer has. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { readManifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { ATTESTATIONS, PLATFORMS } from "../../../src/oci/platforms/selection.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import type { ImageOptions } from "../../../src/sandbox/registry/generate-image.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { addReferrer } from "../../support/referrers.ts";
import { ecrOf } from "../../support/scenario.ts";
import {
  applyWell,
  architectures,
  FOUR,
  indexAt,
  redisAtHub,
  rewrite,
  startWith,
} from "../../support/selected-platforms.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const redis = (more: string) => `{ image: redis:7${more === "" ? "" : `, ${more}`} }`;

/** Lists the children of an index at Docker Hub: images and attestations in turn. */
function childrenOf(repository: Repository) {
  const content = readManifest(repository.manifests.get(repository.tags.get("7") ?? assert.fail()) ?? assert.fail());
  return content.kind === "index" ? content.manifests : assert.fail(content.kind);
}

/** Removes children from Docker Hub, as a clean-up of untagged versions does. @param which positions in the index */
function remove(place: World, which: readonly number[]): void {
  const repository = redisAtHub(place);
  const children = childrenOf(repository);
  for (const i of which) repository.manifests.delete(children[i]?.digest ?? assert.fail());
}

const AMD64 = 0;
const ATTESTATION_OF_AMD64 = 1;
const ARM64 = 4;
const ALL_ATTESTATIONS = [1, 3, 5, 7];

async function failing(place: World) {
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 1);
  const { store } = await ecrOf(place);
  assert.deepEqual([store.repository("redis")?.tags.size ?? 0, incompleteTags(store)], [0, []]);
  const [error] = errorsIn(document);
  assert.equal(error?.code, "MANIFEST_UNKNOWN");
  return error;
}

async function mirrored(place: World): Promise<Repository> {
  return (await ecrOf(place)).store.repository("redis") ?? assert.fail("no repository");
}

async function assertUnchanged(place: World): Promise<void> {
  const { pulls, document } = await applyWell(place);
  assert.deepEqual([pulls, document.outcomes], [0, []]);
}

describe("a child that the source no longer has", () => {
  test("is named with its platform, and the hint selects what is left", async (t) => {
    const place = await startWith(t, [redis("")]);
    remove(place, [ARM64]);
    const { message, hint } = await failing(place);
    assert.match(message, /the index is there, but the source no longer has linux\/arm64 \(sha256:/);
    assert.match(hint ?? "", /platforms: \[linux\/amd64, linux\/arm\/v7, linux\/s390x\]/);
  });

  test("is named together with the others", async (t) => {
    const place = await startWith(t, [redis("")]);
    remove(place, [ARM64, AMD64, ATTESTATION_OF_AMD64]);
    const { message } = await failing(place);
    assert.match(message, /linux\/amd64 \(.*the attestation of linux\/amd64 \(.*linux\/arm64 \(/);
  });

  test("is an error if it is selected", async (t) => {
    const place = await startWith(t, [redis("platforms: [linux/amd64, linux/arm64]")]);
    remove(place, [ARM64]);
    const { message, hint } = await failing(place);
    assert.match(message, /linux\/arm64/);
    assert.match(hint ?? "", /platforms: \[linux\/amd64\]/);
  });

  test("is no error if it is not selected", async (t) => {
    const place = await startWith(t, [redis("platforms: [linux/amd64]")]);
    remove(place, [2, 3, 4, 5]);
    await applyWell(place);
    await assertUnchanged(place);
  });

  test("has no platform in an index within an index", async (t) => {
    const place = await startWith(t, [redis("")]);
    const repository = redisAtHub(place);
    const gone = { mediaType: OCI_INDEX, digest: digestOf(Buffer.from("gone")), size: 10 };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [gone] }));
    place.sandbox.dockerHub.store.putManifest(repository, { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) }, [
      "7",
    ]);
    const { message, hint } = await failing(place);
    assert.match(message, /no longer has a manifest \(sha256:/);
    assert.match(hint ?? "", /ask its publisher/);
  });
});

describe("an attestation that the source no longer has", () => {
  test("is left out of selected platforms with a warning", async (t) => {
    const place = await startWith(t, [redis("platforms: [linux/amd64, linux/arm64]")]);
    remove(place, [ATTESTATION_OF_AMD64]);
    const { document } = await applyWell(place);
    const warnings = document.outcomes?.flatMap((outcome) => outcome.warnings ?? []) ?? [];
    assert.match(warnings[0]?.message ?? "", /no longer has the attestation of linux\/amd64 \(/);
    assert.equal(warnings.length, 1);
    const index = indexAt(await mirrored(place), "7");
    assert.equal(index.manifests.length, 3);
    assert.deepEqual(incompleteTags((await ecrOf(place)).store), []);
    await assertUnchanged(place);
  });

  test("fails a whole image, and the hint leaves attestations out", async (t) => {
    const place = await startWith(t, [redis("")]);
    remove(place, ALL_ATTESTATIONS);
    const { message, hint } = await failing(place);
    assert.match(message, /the attestation of linux\/amd64/);
    assert.match(hint ?? "", /set `attestations: false`/);
    await rewrite(place, [redis("attestations: false")]);
    await applyWell(place);
    await assertUnchanged(place);
  });
});

describe("attestations: false", () => {
  const places = {
    ecr: "  main: { ecr: {} }",
    oci: "  main: { oci: https://target.example }",
    layout: "  main: { layout: ./mirror }",
  };
  for (const [kind, target] of Object.entries(places)) {
    test(`leaves the attestations out at a target of kind ${kind}, and converges`, async (t) => {
      const place = await startWith(t, [redis("attestations: false")], { registries: ["target.example"] }, target);
      const before = place.sandbox.dockerHub.counted;
      const { code, document } = await place.json(["apply"]);
      assert.deepEqual([code, errorsIn(document)], [0, []]);
      assert.equal(place.sandbox.dockerHub.counted - before, 5, "the index and four platforms");
      const again = await place.json(["apply"]);
      assert.deepEqual([again.code, again.document.outcomes], [0, []]);
    });
  }

  test("makes an index of the images alone, which records it", async (t) => {
    const place = await startWith(t, [redis("attestations: false")]);
    await applyWell(place);
    const index = indexAt(await mirrored(place), "7");
    assert.deepEqual(
      index.manifests.map(({ digest }) => digest),
      childrenOf(redisAtHub(place)).flatMap(({ digest, attests }) => (attests === undefined ? [digest] : [])),
    );
    assert.deepEqual([index.annotations[PLATFORMS], index.annotations[ATTESTATIONS]], ["all", "false"]);
  });

  test("combines with platforms", async (t) => {
    const place = await startWith(t, [redis("platforms: [linux/amd64, linux/arm64], attestations: false")]);
    const { stdout } = await place.run(["plan"]);
    assert.match(stdout, /linux\/amd64, linux\/arm64, without attestations +new tag/);
    assert.equal((await applyWell(place)).pulls, 3);
    const index = indexAt(await mirrored(place), "7");
    assert.deepEqual(architectures(index), ["amd64", "arm64"]);
    assert.equal(index.manifests.length, 2);
    await assertUnchanged(place);
  });

  test("changes an image that has them, and back", async (t) => {
    const place = await startWith(t, [redis("")]);
    await applyWell(place);
    const whole = (await mirrored(place)).tags.get("7");
    await rewrite(place, [redis("attestations: false")]);
    const plan = await place.run(["plan"]);
    assert.match(plan.stdout, /~ 7 .*without attestations/);
    await applyWell(place);
    assert.notEqual((await mirrored(place)).tags.get("7"), whole);
    await assertUnchanged(place);
    await rewrite(place, [redis("")]);
    await applyWell(place);
    assert.equal((await mirrored(place)).tags.get("7"), whole);
  });

  const whole: readonly NonNullable<ImageOptions["form"]>[] = ["docker-list", "oci-manifest", "docker-manifest"];
  for (const form of whole) {
    test(`copies a ${form}, which has none, byte for byte`, async (t) => {
      const options = { images: ["redis:7"], imageOptions: { ...FOUR, form } };
      const place = await startWith(t, [redis("attestations: false")], options);
      await applyWell(place);
      assert.equal((await mirrored(place)).tags.get("7"), redisAtHub(place).tags.get("7"));
      await assertUnchanged(place);
    });
  }

  test("copies from another target what that has, without pulls", async (t) => {
    const both = "  main: { ecr: {} }\n  second: { oci: https://target.example }";
    const options = { registries: ["target.example"] };
    const place = await startWith(t, [redis("attestations: false")], options);
    await applyWell(place);
    await rewrite(place, [redis("attestations: false")], both);
    assert.equal((await applyWell(place)).pulls, 0);
    const copy = place.sandbox.registries.get("target.example")?.store.repository("redis");
    assert.equal(copy?.tags.get("7"), (await mirrored(place)).tags.get("7"));
  });

  test("works with a lock file", async (t) => {
    const place = await startWith(t, [redis("attestations: false")]);
    assert.equal((await place.run(["lock"])).code, 0);
    await applyWell(place);
    await assertUnchanged(place);
    place.sandbox.dockerHub.publish("library/redis", "7", { ...FOUR, revision: 2 });
    await assertUnchanged(place);
    assert.match((await place.run(["plan"])).stdout, /moved upstream, stays locked/);
  });

  test("is part of a saved plan", async (t) => {
    const place = await startWith(t, [redis("attestations: false")]);
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    for (const _ of [1, 2]) assert.equal((await place.run(["apply", "plan.json"])).code, 0);
  });

  test("keeps the signature of an image that has none", async (t) => {
    await signedWithout(t, "docker-list", 1);
  });

  test("leaves out the signature of the index that it replaces", async (t) => {
    await signedWithout(t, "oci-index", 0);
  });
});

/** Mirrors an image whose index is signed, without attestations. @param expected the signatures at the target */
async function signedWithout(t: TestContext, form: NonNullable<ImageOptions["form"]>, expected: number): Promise<void> {
  const yaml =
    'version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: "source.example/app:1", referrers: true, attestations: false }]\n';
  const place = await world(t, { "mirrors.yaml": yaml }, { registries: ["source.example"] });
  const source = place.sandbox.registries.get("source.example") ?? assert.fail();
  const { top } = source.publish("app", "1", { ...FOUR, form });
  const signature = addReferrer(source.store, "app", top, { via: "subject" });
  const { code, document } = await place.json(["apply"]);
  assert.deepEqual([code, errorsIn(document)], [0, []]);
  const { store } = await ecrOf(place);
  assert.equal(store.repository("app")?.manifests.has(signature.digest), expected === 1);
  const again = await place.json(["apply"]);
  assert.deepEqual([again.code, again.document.outcomes], [0, []]);
}
