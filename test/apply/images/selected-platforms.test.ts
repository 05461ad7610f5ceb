import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { selectPlatforms } from "../../../src/oci/platforms/select-platforms.ts";
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

/** The path of each blob request to Docker Hub. */
function blobsRead({ sandbox }: World): string[] {
  const requests = sandbox.dockerHub.registry.requests.filter(
    ({ method, path }) => method === "GET" && path.includes("/blobs/"),
  );
  return requests.map(({ path }) => path);
}

describe("several selections of one image", { concurrency: 2 }, () => {
  test("at two targets are each as declared, and what they share is read once", async (t) => {
    const mirrors = [
      redisWith([AMD64], "to: redis:amd"),
      redisWith([ARM64], "to: redis:arm"),
      redisWith([AMD64, ARM64], "to: both:7"),
    ];
    // The limit is exactly the number of pulls that the plan shows.
    const world = await startWith(t, mirrors, { ...WITH_PLAIN, pullLimit: { limit: 5, windowSeconds: 3600 } }, BOTH);
    assert.match((await world.run(["plan"])).stdout, /at most 5 pulls/);
    assert.equal((await applyWell(world)).pulls, 5, "the index, two images, two attestations");
    const read = blobsRead(world);
    assert.equal(new Set(read).size, read.length, "no blob was read twice");
    for (const { store } of [await ecrOf(world), plainOf(world)]) {
      assert.deepEqual(architectures(indexAt(store.repository("redis"), "amd")), ["amd64"]);
      assert.deepEqual(architectures(indexAt(store.repository("redis"), "arm")), ["arm64"]);
      assert.deepEqual(architectures(indexAt(store.repository("both"), "7")), ["amd64", "arm64"]);
      assert.deepEqual(incompleteTags(store), []);
    }
    const again = await applyWell(world);
    assert.deepEqual([again.pulls, again.document.outcomes], [0, []]);
  });

  test("start only when there are pulls for all of them", async (t) => {
    const world = await startWith(t, ["{ image: one:1 }"], { pullLimit: { limit: 5, windowSeconds: 3600 } });
    world.sandbox.dockerHub.publish("library/one", "1", { form: "docker-manifest" });
    assert.equal((await applyWell(world)).pulls, 1);
    await rewrite(world, [redisWith([AMD64], "to: redis:amd"), redisWith([ARM64], "to: redis:arm")]);
    const { code, document } = await world.json(["apply"]);
    assert.equal(code, 4);
    assert.deepEqual(
      document.outcomes?.flatMap(({ action, result }) => (action.kind === "copy-image" ? [result] : [])),
      ["postponed", "postponed"],
    );
    assert.equal(world.sandbox.dockerHub.counted, 1, "4 pulls remain of the 5 that are needed");
  });

  test("can be mirrored along with the whole image", async (t) => {
    const mirrors = [redisWith([AMD64], "to: redis:amd"), "{ image: redis:7 }", redisWith([ARM64], "to: redis:arm")];
    const world = await startWith(t, mirrors);
    assert.equal((await applyWell(world)).pulls, 9, "those of the whole image");
    const { store } = await ecrOf(world);
    const redis = store.repository("redis");
    assert.equal(redis?.tags.get("7"), redisAtHub(world).tags.get("7"));
    assert.deepEqual(architectures(indexAt(redis, "amd")), ["amd64"]);
    assert.deepEqual(architectures(indexAt(redis, "arm")), ["arm64"]);
    assert.equal((await applyWell(world)).pulls, 0);
  });
});

describe("what a target has is read from there, without a pull:", { concurrency: 2 }, () => {
  test("the same selection, for a second target and for another tag", async (t) => {
    const world = await startWith(t, [redisWith([AMD64])], WITH_PLAIN);
    assert.equal((await applyWell(world)).pulls, 3);
    const read = blobsRead(world).length;
    await rewrite(world, [redisWith([AMD64]), redisWith([AMD64], "to: redis:seven")], BOTH);
    assert.match((await world.run(["plan"])).stdout, /Docker Hub: no pulls;/);
    assert.equal((await applyWell(world)).pulls, 0);
    assert.equal(blobsRead(world).length, read);
    const atEcr = (await ecrOf(world)).store.repository("redis");
    const other = plainOf(world).store.repository("redis");
    for (const tag of ["7", "seven"]) assert.equal(other?.tags.get(tag), atEcr?.tags.get("7"), "the same bytes");
    assert.deepEqual(incompleteTags(plainOf(world).store), []);
  });

  test("the whole index, for a selection in another repository", async (t) => {
    const world = await startWith(t, ["{ image: redis:7 }"]);
    await applyWell(world);
    await rewrite(world, ["{ image: redis:7 }", redisWith([ARM64], "to: small:7")]);
    assert.equal((await applyWell(world)).pulls, 0);
    const small = (await ecrOf(world)).store.repository("small");
    assert.deepEqual(architectures(indexAt(small, "7")), ["arm64"]);
    assert.equal(small?.manifests.size, 3);
  });

  test("but if it was deleted since the plan, the source is read", async (t) => {
    const world = await startWith(t, [redisWith([AMD64])], WITH_PLAIN);
    await applyWell(world);
    const { server, store } = await ecrOf(world);
    await rewrite(world, [redisWith([AMD64])], BOTH);
    // The plan uses the ECR API, so the first GET of a manifest is that of the copy.
    server.onRequest = ({ method, path }) => {
      const redis = store.repository("redis") ?? assert.fail();
      if (method !== "GET" || !path.includes("/manifests/")) return undefined;
      for (const digest of redis.manifests.keys()) store.removeManifest(redis, digest);
      return undefined;
    };
    assert.equal((await applyWell(world)).pulls, 3);
    assert.deepEqual(architectures(indexAt(plainOf(world).store.repository("redis"), "7")), ["amd64"]);
  });
});

describe("a tag that changes between plan and copy", { concurrency: 2 }, () => {
  /** Calls back once, after the plan has read the target. */
  function afterPlan(world: World, change: (repository: Repository) => void): void {
    const { server, store } = plainOf(world);
    server.onFinished = () => {
      server.onFinished = () => undefined;
      change(store.create("redis"));
    };
  }

  test("to what is wanted is done already, by another run", async (t) => {
    const world = await startWith(t, [redisWith([AMD64])], WITH_PLAIN, PLAIN);
    afterPlan(world, (repository) => {
      const source = redisAtHub(world);
      const made = selectPlatforms(source.manifests.get(source.tags.get("7") ?? assert.fail()) ?? assert.fail(), {
        platforms: [AMD64],
      });
      assert.ok("manifest" in made);
      plainOf(world).store.putManifest(repository, made.manifest, ["7"]);
    });
    const { pulls, document } = await applyWell(world);
    assert.equal(pulls, 0);
    assert.deepEqual(
      document.outcomes?.map(({ result }) => result),
      ["already-done"],
    );
  });

  for (const what of ["something else", "another selection of it", "the whole index"]) {
    test(`to ${what} is kept, and makes the action stale`, async (t) => {
      const world = await startWith(t, [redisWith([AMD64])], WITH_PLAIN, PLAIN);
      const source = redisAtHub(world);
      const whole = source.manifests.get(source.tags.get("7") ?? assert.fail()) ?? assert.fail();
      const other = selectPlatforms(whole, { platforms: [ARM64] });
      assert.ok("manifest" in other);
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST }));
      const replacement = {
        "something else": { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) },
        "another selection of it": other.manifest,
        "the whole index": whole,
      }[what];
      assert.ok(replacement);
      afterPlan(world, (repository) => void plainOf(world).store.putManifest(repository, replacement, ["7"]));
      const { code, document } = await world.json(["apply"]);
      assert.equal(code, 1);
      assert.equal(errorsIn(document)[0]?.code, "STALE");
      assert.equal(plainOf(world).store.repository("redis")?.tags.get("7"), replacement.digest);
      assert.equal(world.sandbox.dockerHub.counted, 0);
    });
  }
});

for (const part of ["/blobs/uploads/", "/manifests/sha256:"]) {
  test(`an apply killed after its first PUT of ${part} leaves no tag, and the next one completes the copy`, async (t) => {
    const world = await startWith(t, [redisWith([AMD64, ARM64])]);
    const { server, store } = await ecrOf(world);
    const incomplete: string[] = [];
    store.watch(() => incomplete.push(...incompleteTags(store)));
    let kill: (() => void) | undefined;
    server.onFinished = ({ method, path }) => {
      if (method === "PUT" && path.includes(part)) kill?.();
    };
    const killed = await world.start(["apply"], { onStart: (child) => (kill = () => child.kill("SIGKILL")) });
    server.onFinished = () => undefined;
    assert.equal(killed.signal, "SIGKILL");
    assert.equal(store.repository("redis")?.tags.size, 0);
    await applyWell(world);
    assert.deepEqual(incomplete, []);
    assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64", "arm64"]);
    assert.equal((await applyWell(world)).writes, 0);
  });
}
