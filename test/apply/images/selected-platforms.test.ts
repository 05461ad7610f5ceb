import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { selectPlatforms } from "../../../src/oci/select-platforms.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import {
  applyWell,
  architectures,
  indexAt,
  ONE_ECR,
  redisAtHub,
  redisWith,
  rewrite,
  startWith,
} from "../../support/selected-platforms.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn, type World } from "../../support/world.ts";

const AMD64 = "linux/amd64";
const ARM64 = "linux/arm64";
const NAME = "registry.example.com";
const PLAIN = `  main: { oci: "https://${NAME}" }`;
const BOTH = `${ONE_ECR}\n  other: { oci: "https://${NAME}" }`;
const WITH_PLAIN = { registries: [NAME] };

function plainOf({ sandbox }: World): SandboxRegistry {
  return sandbox.registries.get(NAME) ?? assert.fail("no such registry");
}

/** Blobs that were read at Docker Hub, by digest, as often as they were. */
function blobsRead({ sandbox }: World): string[] {
  const requests = sandbox.dockerHub.registry.requests.filter(
    ({ method, path }) => method === "GET" && path.includes("/blobs/"),
  );
  return requests.map(({ path }) => path);
}

describe("several lists of one image", { concurrency: 2 }, () => {
  test("at two targets at once are each as declared; what they share is read once", async (t) => {
    const mirrors = [
      redisWith([AMD64], "to: redis:amd"),
      redisWith([ARM64], "to: redis:arm"),
      redisWith([AMD64, ARM64], "to: both:7"),
    ];
    // The forecast is what is needed, to the last pull.
    const place = await startWith(t, mirrors, { ...WITH_PLAIN, pullLimit: { limit: 5, windowSeconds: 3600 } }, BOTH);
    assert.match((await place.run(["plan"])).stdout, /at most 5 pulls/);
    assert.equal((await applyWell(place)).pulls, 5, "the index, two images, two attestations");
    const read = blobsRead(place);
    assert.equal(new Set(read).size, read.length, "no blob was read twice");
    for (const { store } of [await ecrOf(place), plainOf(place)]) {
      assert.deepEqual(architectures(indexAt(store.repository("redis"), "amd")), ["amd64"]);
      assert.deepEqual(architectures(indexAt(store.repository("redis"), "arm")), ["arm64"]);
      assert.deepEqual(architectures(indexAt(store.repository("both"), "7")), ["amd64", "arm64"]);
      assert.deepEqual(incompleteTags(store), []);
    }
    const again = await applyWell(place);
    assert.deepEqual([again.pulls, again.document.outcomes], [0, []]);
  });

  test("are begun only when the pulls of all of them fit", async (t) => {
    const place = await startWith(t, ["{ image: one:1 }"], { pullLimit: { limit: 5, windowSeconds: 3600 } });
    place.sandbox.dockerHub.publish("library/one", "1", { form: "docker-manifest" });
    assert.equal((await applyWell(place)).pulls, 1);
    await rewrite(place, [redisWith([AMD64], "to: redis:amd"), redisWith([ARM64], "to: redis:arm")]);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 4);
    assert.deepEqual(
      document.outcomes?.flatMap(({ action, result }) => (action.kind === "copy-image" ? [result] : [])),
      ["postponed", "postponed"],
    );
    assert.equal(place.sandbox.dockerHub.counted, 1, "of five that are needed four are left");
  });

  test("and all of it stand side by side", async (t) => {
    const mirrors = [redisWith([AMD64], "to: redis:amd"), "{ image: redis:7 }", redisWith([ARM64], "to: redis:arm")];
    const place = await startWith(t, mirrors);
    assert.equal((await applyWell(place)).pulls, 9, "those of all of it");
    const { store } = await ecrOf(place);
    const redis = store.repository("redis");
    assert.equal(redis?.tags.get("7"), redisAtHub(place).tags.get("7"));
    assert.deepEqual(architectures(indexAt(redis, "amd")), ["amd64"]);
    assert.deepEqual(architectures(indexAt(redis, "arm")), ["arm64"]);
    assert.equal((await applyWell(place)).pulls, 0);
  });
});

describe("what a target has is taken from there, at no pull:", { concurrency: 2 }, () => {
  test("the same choice, for a second target and for another tag", async (t) => {
    const place = await startWith(t, [redisWith([AMD64])], WITH_PLAIN);
    assert.equal((await applyWell(place)).pulls, 3);
    const read = blobsRead(place).length;
    await rewrite(place, [redisWith([AMD64]), redisWith([AMD64], "to: redis:seven")], BOTH);
    assert.match((await place.run(["plan"])).stdout, /Docker Hub: no pull;/);
    assert.equal((await applyWell(place)).pulls, 0);
    assert.equal(blobsRead(place).length, read);
    const held = (await ecrOf(place)).store.repository("redis");
    const other = plainOf(place).store.repository("redis");
    for (const tag of ["7", "seven"]) assert.equal(other?.tags.get(tag), held?.tags.get("7"), "the same bytes");
    assert.deepEqual(incompleteTags(plainOf(place).store), []);
  });

  test("the whole index, for a choice in another repository", async (t) => {
    const place = await startWith(t, ["{ image: redis:7 }"]);
    await applyWell(place);
    await rewrite(place, ["{ image: redis:7 }", redisWith([ARM64], "to: small:7")]);
    assert.equal((await applyWell(place)).pulls, 0);
    const small = (await ecrOf(place)).store.repository("small");
    assert.deepEqual(architectures(indexAt(small, "7")), ["arm64"]);
    assert.equal(small?.manifests.size, 3);
  });

  test("and where it is gone since the plan, the source is asked", async (t) => {
    const place = await startWith(t, [redisWith([AMD64])], WITH_PLAIN);
    await applyWell(place);
    const { server, store } = await ecrOf(place);
    await rewrite(place, [redisWith([AMD64])], BOTH);
    // A plan reads ECR by its API: the first GET of a manifest is that of the copy.
    server.onRequest = ({ method, path }) => {
      const redis = store.repository("redis") ?? assert.fail();
      if (method !== "GET" || !path.includes("/manifests/")) return undefined;
      for (const digest of redis.manifests.keys()) store.removeManifest(redis, digest);
      return undefined;
    };
    assert.equal((await applyWell(place)).pulls, 3);
    assert.deepEqual(architectures(indexAt(plainOf(place).store.repository("redis"), "7")), ["amd64"]);
  });
});

describe("a tag that changes between plan and copy", { concurrency: 2 }, () => {
  /** Calls back once, after the plan has read the target. */
  function afterPlan(place: World, intrude: (repository: Repository) => void): void {
    const { server, store } = plainOf(place);
    server.onFinished = () => {
      server.onFinished = () => undefined;
      intrude(store.create("redis"));
    };
  }

  test("to just what is wanted is done already: another run was faster", async (t) => {
    const place = await startWith(t, [redisWith([AMD64])], WITH_PLAIN, PLAIN);
    afterPlan(place, (repository) => {
      const source = redisAtHub(place);
      const made = selectPlatforms(source.manifests.get(source.tags.get("7") ?? assert.fail()) ?? assert.fail(), [
        AMD64,
      ]);
      assert.ok("manifest" in made);
      plainOf(place).store.putManifest(repository, made.manifest, ["7"]);
    });
    const { pulls, document } = await applyWell(place);
    assert.equal(pulls, 0);
    assert.deepEqual(
      document.outcomes?.map(({ result }) => result),
      ["already-done"],
    );
  });

  for (const what of ["something else", "another choice of it", "the whole index"]) {
    test(`to ${what} is left alone: the action is stale`, async (t) => {
      const place = await startWith(t, [redisWith([AMD64])], WITH_PLAIN, PLAIN);
      const source = redisAtHub(place);
      const whole = source.manifests.get(source.tags.get("7") ?? assert.fail()) ?? assert.fail();
      const other = selectPlatforms(whole, [ARM64]);
      assert.ok("manifest" in other);
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST }));
      const intruder = {
        "something else": { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) },
        "another choice of it": other.manifest,
        "the whole index": whole,
      }[what];
      assert.ok(intruder);
      afterPlan(place, (repository) => void plainOf(place).store.putManifest(repository, intruder, ["7"]));
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      assert.equal(errorsIn(document)[0]?.code, "STALE");
      assert.equal(plainOf(place).store.repository("redis")?.tags.get("7"), intruder.digest);
      assert.equal(place.sandbox.dockerHub.counted, 0);
    });
  }
});

for (const part of ["/blobs/uploads/", "/manifests/sha256:"]) {
  test(`an apply that is killed after its first PUT of ${part} leaves no tag, and the next one ends right`, async (t) => {
    const place = await startWith(t, [redisWith([AMD64, ARM64])]);
    const { server, store } = await ecrOf(place);
    const holes: string[] = [];
    store.watch(() => holes.push(...incompleteTags(store)));
    let kill: (() => void) | undefined;
    server.onFinished = ({ method, path }) => {
      if (method === "PUT" && path.includes(part)) kill?.();
    };
    const killed = await place.start(["apply"], { onStart: (child) => (kill = () => child.kill("SIGKILL")) });
    server.onFinished = () => undefined;
    assert.equal(killed.signal, "SIGKILL");
    assert.equal(store.repository("redis")?.tags.size, 0);
    await applyWell(place);
    assert.deepEqual(holes, []);
    assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64", "arm64"]);
    assert.equal((await applyWell(place)).writes, 0);
  });
}
