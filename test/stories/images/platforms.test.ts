import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { readManifest } from "../../../src/oci/manifest.ts";
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { PLATFORMS, SOURCE_DIGEST } from "../../../src/oci/platforms/selection.ts";
import { selectPlatforms } from "../../../src/oci/platforms/select-platforms.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import type { Repository, Store } from "../../../src/sandbox/registry/registry-store.ts";
import {
  applyWell,
  architectures,
  FOUR,
  indexAt,
  redisAtHub,
  redisWith,
  rewrite,
  startWith,
} from "../../support/selected-platforms.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn, world } from "../../support/world.ts";

const TWO = ["linux/arm64", "linux/amd64"];
/** An index, the images of two platforms and their attestations. */
const PULLS_OF_TWO = 5;

describe("an image with selected platforms", { concurrency: 2 }, () => {
  test("becomes an index of those platforms with unchanged children, and uses pulls only for them", async (t) => {
    const place = await startWith(t, [redisWith(TWO)]);
    assert.equal((await applyWell(place)).pulls, PULLS_OF_TWO);
    const { store } = await ecrOf(place);
    const mirrored = store.repository("redis");
    const source = redisAtHub(place);
    const index = indexAt(mirrored, "7");
    assert.deepEqual(index.annotations, {
      [SOURCE_DIGEST]: source.tags.get("7"),
      [PLATFORMS]: "linux/amd64,linux/arm64",
    });
    assert.deepEqual(
      index.manifests,
      indexAt(source, "7").manifests.filter((_child, i) => [0, 1, 4, 5].includes(i)),
      "both platforms, each with its attestation",
    );
    assert.equal(mirrored?.manifests.size, PULLS_OF_TWO, "no other child");
    for (const { digest } of index.manifests) {
      assert.deepEqual(mirrored.manifests.get(digest)?.bytes, source.manifests.get(digest)?.bytes);
    }
    assert.deepEqual(incompleteTags(store), []);

    const again = await applyWell(place);
    assert.deepEqual([again.pulls, again.writes, again.document.outcomes], [0, 0, []]);
  });

  test("is shown in the plan with its platforms and the digest of the source", async (t) => {
    const place = await startWith(t, [redisWith(TWO)]);
    const { stdout } = await place.run(["plan"]);
    const digest = redisAtHub(place).tags.get("7") ?? "";
    assert.match(
      stdout,
      new RegExp(`known after apply \\(of ${digest.slice(0, 19)}…\\) +linux/amd64, linux/arm64 +new tag`),
    );
    assert.match(stdout, /at most 5 pulls/);
  });

  test("is updated if the list changes or the tag moves upstream, with pulls for the index and missing children", async (t) => {
    const place = await startWith(t, [redisWith(["linux/amd64"])]);
    await applyWell(place);
    await rewrite(place, [redisWith(TWO)]);
    const planned = await place.run(["plan"]);
    assert.match(planned.stdout, /~ 7 .* selected platforms changed/);
    assert.equal((await applyWell(place)).pulls, 3, "the index, one image, one attestation");
    const { store } = await ecrOf(place);
    assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64", "arm64"]);

    await rewrite(place, [redisWith(["linux/amd64"])]);
    assert.equal((await applyWell(place)).pulls, 1, "the index");
    assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64"]);

    place.sandbox.dockerHub.publish("library/redis", "7", { ...FOUR, revision: 2 });
    assert.match((await place.run(["plan"])).stdout, /source has a different digest/);
    assert.equal((await applyWell(place)).pulls, 3);
    assert.equal((await applyWell(place)).pulls, 0);
  });

  test("uses no pulls to change from all platforms to some, and is restored byte for byte", async (t) => {
    const place = await startWith(t, ["{ image: redis:7 }"]);
    assert.equal((await applyWell(place)).pulls, 9);
    await rewrite(place, [redisWith(TWO)]);
    assert.equal((await applyWell(place)).pulls, 0, "the repository has the whole index");
    const { store } = await ecrOf(place);
    assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64", "arm64"]);

    await rewrite(place, ["{ image: redis:7 }"]);
    assert.match((await place.run(["plan"])).stdout, /selected platforms changed/);
    await applyWell(place);
    assert.equal(store.repository("redis")?.tags.get("7"), redisAtHub(place).tags.get("7"));
  });

  test("fails if it lacks one, the error lists those it has, and other images are copied", async (t) => {
    const mirrors = [redisWith(["linux/amd64", "linux/riscv64"]), "{ image: nginx:1 }"];
    const place = await startWith(t, mirrors, { images: ["redis:7", "nginx:1"] });
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const [error] = errorsIn(document);
    assert.deepEqual([error?.code, error?.side], ["PLATFORM_MISSING", "source"]);
    assert.equal(
      error?.message,
      "the image has no linux/riscv64; it has linux/amd64, linux/arm/v7, linux/arm64, linux/s390x",
    );
    const { store } = await ecrOf(place);
    assert.equal(store.repository("redis")?.manifests.size, 0);
    assert.equal(store.repository("redis")?.blobs.size, 0);
    assert.ok(store.repository("nginx")?.tags.has("1"));
  });

  test("from a Docker manifest list becomes an OCI index of Docker images", async (t) => {
    const place = await startWith(t, [redisWith(TWO)], { imageOptions: { ...FOUR, form: "docker-list" } });
    assert.equal((await applyWell(place)).pulls, 3);
    const { store } = await ecrOf(place);
    const index = indexAt(store.repository("redis"), "7");
    assert.deepEqual(new Set(index.manifests.map(({ mediaType }) => mediaType)), new Set([DOCKER_MANIFEST]));
    assert.deepEqual(incompleteTags(store), []);
    assert.equal((await applyWell(place)).writes, 0);
  });

  test("is refused if its index contains an index, because the platforms inside are unknown", async (t) => {
    const place = await startWith(t, [redisWith(TWO)]);
    const redis = redisAtHub(place);
    const inner = { mediaType: OCI_INDEX, digest: redis.tags.get("7"), size: 9 };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [inner] }));
    const outer = { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
    place.sandbox.dockerHub.store.putManifest(redis, outer, ["7"]);
    const { document } = await place.json(["apply"]);
    assert.equal(errorsIn(document)[0]?.code, "NESTED_TOO_DEEPLY");
  });
});

describe("an image without an index", { concurrency: 2 }, () => {
  const single = { ...FOUR, form: "oci-manifest" as const };

  test("is copied byte for byte for one pull if the list has its platform, and is then unchanged", async (t) => {
    const place = await startWith(t, [redisWith(["linux/amd64"])], { imageOptions: single });
    assert.equal((await applyWell(place)).pulls, 1);
    const { store } = await ecrOf(place);
    assert.equal(store.repository("redis")?.tags.get("7"), redisAtHub(place).tags.get("7"));
    assert.deepEqual(incompleteTags(store), []);
    const again = await applyWell(place);
    assert.deepEqual([again.pulls, again.writes, again.document.outcomes], [0, 0, []]);
  });

  test("is shown in the plan with its own digest, and as one whose platform apply checks", async (t) => {
    const place = await startWith(t, [redisWith(["linux/arm64"])], { imageOptions: single });
    const digest = redisAtHub(place).tags.get("7") ?? "";
    const { stdout } = await place.run(["plan"]);
    const expected = `${digest.slice(0, 19)}… +linux/arm64 +new tag; not an index: apply checks its platform`;
    assert.match(stdout, new RegExp(`from redis:7 +${expected}`));
  });

  for (const list of [["linux/arm64"], ["linux/amd64", "linux/arm64"]]) {
    test(`for linux/amd64 is refused if the list is ${list.join(", ")}, and nothing is copied`, async (t) => {
      const place = await startWith(t, [redisWith(list)], { imageOptions: single });
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      const [error] = errorsIn(document);
      assert.equal(error?.code, "PLATFORM_MISSING");
      assert.equal(error.message, "the image has no linux/arm64; it has linux/amd64");
      assert.equal((await ecrOf(place)).store.repository("redis")?.blobs.size, 0);
    });
  }

  test("is checked at the target without pulls if the list changes, and is blocked if it lacks a platform", async (t) => {
    const mirrors = [redisWith(["linux/amd64"]), "{ image: redis:7, to: all:7 }"];
    const place = await startWith(t, mirrors, { imageOptions: single });
    await applyWell(place);
    const { server, store } = await ecrOf(place);
    const [before, pulls] = [server.requests.length, place.sandbox.dockerHub.counted];
    await rewrite(place, [redisWith(["linux/arm64"]), ...mirrors.slice(1)]);
    const planned = await place.run(["plan", "--detailed-exitcode"]);
    assert.equal(planned.code, 2, planned.stderr);
    assert.match(planned.stdout, /! 7 .* lacks selected platforms/);
    assert.match(planned.stdout, /Error PLATFORM_MISSING .*: the image has no linux\/arm64; it has linux\/amd64/);
    assert.match(planned.stdout, /Plan: 0 to create, 0 to change, 0 to delete, 1 blocked, 1 unchanged\./);
    // The config is requested twice: the second request has the credentials.
    const read = server.requests.slice(before).filter(({ path }) => path.startsWith("/v2/redis/"));
    assert.deepEqual(new Set(read.map(({ method, path }) => `${method} ${path}`)), new Set([`GET ${configAt(store)}`]));
    assert.equal(place.sandbox.dockerHub.counted, pulls);

    const { code, document } = await place.json(["apply"]);
    assert.deepEqual([code, document.outcomes], [1, []]);
    await rewrite(place, [redisWith(["linux/amd64"]), ...mirrors.slice(1)]);
    assert.equal((await place.run(["plan", "--detailed-exitcode"])).code, 0);
  });

  test("is unchanged if reading its platform is denied, and the row shows what to grant", async (t) => {
    const place = await startWith(t, [redisWith(["linux/amd64"])], { imageOptions: single });
    await applyWell(place);
    await rewrite(place, [redisWith(["linux/arm64"])]);
    place.sandbox.ecr.deny(["ecr:GetDownloadUrlForLayer"]);
    const { code, stdout } = await place.run(["plan", "--detailed-exitcode"]);
    assert.equal(code, 0);
    assert.match(stdout, /\? 7 .* unchanged; platform could not be checked/);
    assert.match(stdout, /Grant ecr:GetDownloadUrlForLayer/i);
    assert.match(stdout, /No changes\. 1 image matches/);
  });

  test("takes no extra requests without a list, and one for each distinct config with a list", async (t) => {
    const tags = Array.from({ length: 12 }, (_, i) => `1.${i}`);
    const host = "registry.example.com";
    const targets = `  main: { oci: "https://${host}" }`;
    const listed = (more: string) => [`{ image: team/app, tags: [${tags.join(", ")}]${more} }`];
    const place = await startWith(t, listed(""), { images: [], registries: [host] }, targets);
    const plain = place.sandbox.registries.get(host) ?? assert.fail();
    const hub = place.sandbox.dockerHub.store;
    for (const [i, tag] of tags.entries()) {
      // Twelve tags for three images.
      const image = generateImage(`docker.io/team/app:${i % 3}`, single);
      for (const store of [hub, plain.store]) {
        const repository = store.repository("team/app") ?? store.create("team/app");
        storeImage(store, repository, image);
        store.putManifest(repository, image.top, [tag]);
      }
    }
    const planned = async (): Promise<string[]> => {
      const before = plain.server.requests.length;
      const { code, document } = await place.json(["plan"]);
      assert.deepEqual([code, document.totals?.["unchanged"]], [0, tags.length], JSON.stringify(errorsIn(document)));
      const sent = plain.server.requests.slice(before).map(({ method, path }) => {
        return `${method} ${/\/(manifests|blobs)\//.exec(path)?.[1] ?? path}`;
      });
      const counts = [...Map.groupBy(sent, (each) => each)].map(([each, all]) => `${all.length} ${each}`);
      return counts.filter((each) => !each.endsWith("/v2/")).toSorted();
    };
    assert.deepEqual(await planned(), ["12 HEAD manifests"]);
    await rewrite(place, listed(", platforms: [linux/amd64]"), targets);
    assert.deepEqual(await planned(), ["12 GET manifests", "12 HEAD manifests", "3 GET blobs"]);
    assert.equal(place.sandbox.dockerHub.counted, 0);
  });

  test("is refused if its config does not match its digest", async (t) => {
    const place = await startWith(t, [redisWith(["linux/amd64"])], { imageOptions: single });
    const redis = redisAtHub(place);
    const content = readManifest([...redis.manifests.values()][0] ?? assert.fail());
    assert.equal(content.kind, "image");
    const { digest, size } = content.config;
    place.sandbox.dockerHub.store.putBlob(redis, digest, Buffer.alloc(size, " "));
    const { document } = await place.json(["apply"]);
    assert.equal(errorsIn(document)[0]?.code, "DIGEST_MISMATCH");
  });

  const ambiguous = [
    ["has a second spelling of a key", '"OS":"windows"', 'the config has both "os" and "OS"'],
    ["has a key twice", String.raw`"o\u0073":"windows"`, 'the config has the key "os" twice in one object'],
  ] as const;
  for (const [what, member, message] of ambiguous) {
    test(`is refused if its config ${what}, and is not confirmed where a target has it`, async (t) => {
      const place = await startWith(t, [redisWith(["linux/amd64"])], { imageOptions: single });
      const { store } = place.sandbox.dockerHub;
      const redis = redisAtHub(place);
      const config = Buffer.from(`{${member},"os":"linux","architecture":"amd64"}`);
      const layer = Buffer.from("layer");
      const [configBlob, layerBlob] = [config, layer].map((bytes) => {
        const blob = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
        store.putBlob(redis, blob.digest, bytes);
        return blob;
      });
      const body = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: configBlob, layers: [layerBlob] };
      const bytes = Buffer.from(JSON.stringify(body));
      store.putManifest(redis, { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) }, ["7"]);
      const { document } = await place.json(["apply"]);
      const [error] = errorsIn(document);
      assert.equal(error?.code, "MANIFEST_INVALID");
      assert.ok(error.message.startsWith(message), error.message);

      await rewrite(place, ["{ image: redis:7 }"]);
      await applyWell(place);
      await rewrite(place, [redisWith(["linux/amd64"])]);
      const planned = await place.run(["plan"]);
      assert.match(planned.stdout, /\? 7 .* platform could not be checked/);
      assert.ok(planned.stdout.includes(message), planned.stdout);
    });
  }
});

test("selected platforms are copied to a layout, and from there to ECR, all of them or a new selection", async (t) => {
  const disk = '  disk: { layout: "./mirror" }';
  const place = await startWith(t, [redisWith(TWO)], {}, disk);
  assert.equal((await applyWell(place)).pulls, PULLS_OF_TWO);
  const again = await applyWell(place);
  assert.deepEqual([again.pulls, again.document.outcomes], [0, []]);

  const landing = "  main: { ecr: {} }\nsources:\n  docker.io: { layout: ./mirror }";
  await rewrite(place, ["{ image: redis:7 }", redisWith(["linux/arm64"], "to: small:7")], landing);
  await applyWell(place);
  const { store } = await ecrOf(place);
  assert.deepEqual(architectures(indexAt(store.repository("redis"), "7")), ["amd64", "arm64"]);
  const small = indexAt(store.repository("small"), "7");
  assert.deepEqual(architectures(small), ["arm64"]);
  assert.equal(
    small.annotations[SOURCE_DIGEST],
    store.repository("redis")?.tags.get("7"),
    "created from the content of the layout",
  );
  const landed = await applyWell(place);
  assert.deepEqual([landed.writes, landed.document.outcomes], [0, []]);
});

/** Returns the path of the config of redis:7, which has no index. */
function configAt(store: Store): string {
  const redis = store.repository("redis");
  const manifest = redis?.manifests.get(redis.tags.get("7") ?? assert.fail()) ?? assert.fail();
  const content = readManifest(manifest);
  return content.kind === "image" ? `/v2/redis/blobs/${content.config.digest}` : assert.fail();
}

/** Writes tags with two of four platforms, as an apply would have done. */
function mirrorByHand(store: Store, repository: Repository, tags: readonly string[]): void {
  for (const tag of tags) {
    const image = generateImage(`docker.io/team/app:${tag}`, FOUR);
    storeImage(store, repository, image);
    const made = selectPlatforms(image.top, { platforms: ["linux/amd64", "linux/arm64"] });
    assert.ok("manifest" in made);
    store.putManifest(repository, made.manifest, [tag]);
    store.removeManifest(repository, image.top.digest);
  }
}

test("300 unchanged tags with selected platforms at two targets take no pulls and no writes", async (t) => {
  const tags = Array.from({ length: 300 }, (_, i) => `1.${i}`);
  const file = `version: 1
name: platform
targets: { main: { ecr: {} }, other: { oci: https://registry.example.com } }
mirrors: [{ image: team/app, tags: [${tags.join(", ")}], platforms: [linux/amd64, linux/arm64] }]
`;
  const images = tags.map((tag) => `team/app:${tag}`);
  const options = { images, imageOptions: FOUR, registries: ["registry.example.com"] };
  const place = await world(t, { "mirrors.yaml": file }, options);
  const { dockerHub, registries, ecr } = place.sandbox;
  const plain = registries.get("registry.example.com") ?? assert.fail();
  const atEcr = await ecrOf(place);
  for (const store of [plain.store, atEcr.store]) mirrorByHand(store, store.create("team/app"), tags);

  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 0, JSON.stringify(errorsIn(document)));
  assert.deepEqual(document.outcomes, []);
  assert.equal(dockerHub.counted, 0);
  assert.deepEqual(atEcr.server.requests, []);
  assert.equal(ecr.calls.filter(({ operation }) => operation === "BatchGetImage").length, 3);
  const methods = Map.groupBy(plain.server.requests, ({ method }) => method);
  const counts = [...methods].map(([method, all]) => `${all.length} ${method}`);
  assert.deepEqual(counts, ["300 HEAD", "300 GET"]);
});

describe("one build of Windows", () => {
  const BUILDS = ["10.0.17763.2114", "10.0.20348.169"].map((osVersion) => ({
    os: "windows",
    architecture: "amd64",
    osVersion,
  }));
  const file = (platform: string) =>
    `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: registry.k8s.io/pause:3.6, platforms: ["${platform}"] }]\n`;

  for (const form of ["docker-list", "docker-manifest"] as const) {
    test(`is selected from a ${form}, and a second apply changes nothing`, async (t) => {
      const options = { images: ["registry.k8s.io/pause:3.6"], imageOptions: { form, layers: 1, platforms: BUILDS } };
      const place = await world(t, { "mirrors.yaml": file("windows(10.0.17763)/amd64") }, options);
      const { code, document } = await place.json(["apply"]);
      assert.deepEqual([code, errorsIn(document)], [0, []]);
      const { store } = await ecrOf(place);
      if (form === "docker-list") {
        const versions = indexAt(store.repository("pause"), "3.6").manifests.map(
          ({ platform }) => (platform as unknown as Record<string, string>)["os.version"],
        );
        assert.deepEqual(versions, ["10.0.17763.2114"]);
      }
      const again = await place.json(["apply"]);
      assert.deepEqual([again.code, again.document.outcomes], [0, []]);
    });
  }

  test("that a single image does not have is an error that names the build it has", async (t) => {
    const options = {
      images: ["registry.k8s.io/pause:3.6"],
      imageOptions: { form: "docker-manifest", layers: 1, platforms: BUILDS } as const,
    };
    const place = await world(t, { "mirrors.yaml": file("windows(10.0.20348)/amd64") }, options);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.match(
      errorsIn(document)[0]?.message ?? "",
      /no windows\(10\.0\.20348\)\/amd64; it has windows\(10\.0\.17763\.2114\)\/amd64/,
    );
  });
});
