import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFileSync, type ChildProcess } from "node:child_process";
import { describe, test } from "node:test";

import { incompleteTags } from "../../support/completeness.ts";
import { layoutFaults, layoutsIn } from "../../support/layout-faults.ts";
import { addReferrer, putList, SBOM } from "../../support/referrers.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const CARRY = `
version: 1
name: carry
targets:
  disk: { layout: ./mirror }
mirrors:
  - image: redis:7
  - image: bitnami/kafka:3
  - image: ghcr.io/org/app:1.2
    to: "{registry}/{repository}"
`;

const LAND = `
version: 1
name: land
targets:
  main: { ecr: {} }
sources:
  docker.io: { layout: ./mirror }
  ghcr.io: { layout: ./mirror/ghcr.io }
mirrors:
  - image: redis:7
    to: dockerhub/{name}:{tag}
  - image: bitnami/kafka:3
  - image: ghcr.io/org/app:1.2
`;

const IMAGES = ["redis:7", "bitnami/kafka:3", "ghcr.io/org/app:1.2"];
const FILES = { "carry.yaml": CARRY, "land.yaml": LAND };

/** Returns the digests of the images at the source. */
function digestsAtSource({ sandbox }: World): Record<string, string | undefined> {
  const hub = sandbox.dockerHub.store;
  const ghcr = sandbox.registries.get("ghcr.io")?.store;
  return {
    redis: hub.repository("library/redis")?.tags.get("7"),
    kafka: hub.repository("bitnami/kafka")?.tags.get("3"),
    app: ghcr?.repository("org/app")?.tags.get("1.2"),
  };
}

/** Closes all source registries, so that every request to them fails. */
async function cutOff({ sandbox }: World): Promise<void> {
  await Promise.all([sandbox.dockerHub.close(), sandbox.registries.get("ghcr.io")?.close()]);
}

describe("across an air gap", { concurrency: 3 }, () => {
  test("images are copied to a layout, and from there to ECR without access to the source registries", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    const carried = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(carried.code, 0);
    const { redis, kafka, app } = digestsAtSource(place);
    assert.ok(redis !== undefined && kafka !== undefined && app !== undefined);
    assert.deepEqual(
      layoutsIn(join(place.folder, "mirror")),
      new Map([
        ["bitnami/kafka", new Map([["3", kafka]])],
        ["ghcr.io/org/app", new Map([["1.2", app]])],
        ["redis", new Map([["7", redis]])],
      ]),
    );
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
    assert.deepEqual(
      carried.document.images?.map(({ uri }) => uri),
      ["oci:./mirror/redis:7", "oci:./mirror/bitnami/kafka:3", "oci:./mirror/ghcr.io/org/app:1.2"],
    );

    await cutOff(place);
    const landed = await place.json(["apply", "--file", "land.yaml"]);
    assert.equal(landed.code, 0, JSON.stringify(errorsIn(landed.document)));
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("dockerhub/redis")?.tags.get("7"), redis);
    assert.equal(store.repository("bitnami/kafka")?.tags.get("3"), kafka);
    assert.equal(store.repository("org/app")?.tags.get("1.2"), app);
    assert.deepEqual(incompleteTags(store), []);
    assert.deepEqual(landed.document.pulls, [], "a layout has no pull limit, whatever registry it replaces");

    const again = await place.json(["apply", "--file", "land.yaml"]);
    assert.equal(again.code, 0);
    assert.deepEqual([again.document.outcomes, again.document.plan?.complete], [[], true]);
  });

  test("a second apply to the layout uses no pulls and writes nothing", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    const index = join(place.folder, "mirror/redis/index.json");
    const before = [await readFile(index, "utf8"), place.sandbox.dockerHub.counted];
    const { code, document } = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.deepEqual(document.outcomes, []);
    assert.deepEqual([await readFile(index, "utf8"), place.sandbox.dockerHub.counted], before);
  });

  test("a plan shows what would be copied, and creates no folder", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    const { code, stdout } = await place.run(["plan", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.match(stdout, /carry\.yaml -> \w+ \(oci:\.\/mirror\)\n[^]*Plan: 3 to create/);
    assert.deepEqual([...layoutsIn(place.folder)], []);
    await assert.rejects(readFile(join(place.folder, "mirror")), { code: "ENOENT" });
  });

  test("a damaged image is reported and not copied, and the others are copied", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    await cutOff(place);
    const blobs = join(place.folder, "mirror/redis/blobs/sha256");
    const layer = [...(place.sandbox.dockerHub.store.repository("library/redis")?.blobs ?? [])].find(
      ([, bytes]) => bytes.length > 1_000,
    );
    assert.ok(layer !== undefined);
    const [digest, bytes] = layer;
    await writeFile(join(blobs, digest.slice(7)), Buffer.alloc(bytes.length));

    const { code, document } = await place.json(["apply", "--file", "land.yaml"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => [error.code, error.side]),
      [["DIGEST_MISMATCH", "source"]],
    );
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("dockerhub/redis")?.tags.size, 0);
    assert.equal(store.repository("bitnami/kafka")?.tags.size, 1);
    assert.deepEqual(incompleteTags(store), []);
  });

  test("the next apply completes a partial layout, and downloads only what is missing", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    const { dockerHub } = place.sandbox;
    const [digest = ""] = dockerHub.store.repository("library/redis")?.blobs.keys() ?? [];
    await truncate(join(place.folder, "mirror/redis/blobs/sha256", digest.slice(7)), 3);
    const before = dockerHub.cdn.requests.length;
    const { code, document } = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.equal(document.outcomes?.length, 1);
    assert.equal(dockerHub.cdn.requests.length - before, 1);
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
  });

  test("a missing layout is an error, not an empty plan", async (t) => {
    const place = await world(t, FILES);
    await rm(join(place.folder, "mirror"), { recursive: true, force: true });
    const { code, document } = await place.json(["plan", "--file", "land.yaml"]);
    assert.equal(code, 1);
    assert.deepEqual(new Set(errorsIn(document).map((error) => error.code)), new Set(["LAYOUT_FILE"]));
  });

  test("signatures, selected platforms, tag rules and a lock file work across it", async (t) => {
    const mirrors = "mirrors:\n  - { image: redis, tags: { match: '7.*' }, referrers: true }\n";
    const head = "version: 1\nname: gap\n";
    const place = await world(t, {
      "carry.yaml": `${head}targets: { disk: { layout: ./mirror } }\n${mirrors}`,
      "land.yaml": `${head}targets: { main: { ecr: {} } }\nsources: { docker.io: { layout: ./mirror } }\n${mirrors}  - { image: "redis:7.2", to: one, platforms: [linux/arm64] }\n`,
    });
    const { dockerHub } = place.sandbox;
    const small = { layers: 1, layerBytes: 64 };
    const [image] = ["7.2", "7.4", "6"].map((tag) => dockerHub.publish("library/redis", tag, small));
    assert.ok(image !== undefined);
    const { store } = dockerHub;
    const signature = addReferrer(store, "library/redis", image.top, { via: "subject" });
    const sbom = addReferrer(store, "library/redis", image.manifests[0] ?? image.top, {
      via: "list",
      artifactType: SBOM,
    });
    putList(store, "library/redis", image.top.digest, [signature]);
    const carried = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(carried.code, 0, JSON.stringify(errorsIn(carried.document)));
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);

    await dockerHub.close();
    assert.equal((await place.run(["lock", "--file", "land.yaml"])).code, 0);
    const landed = await place.json(["apply", "--file", "land.yaml"]);
    assert.equal(landed.code, 0, JSON.stringify(errorsIn(landed.document)));
    const ecr = (await place.sandbox.ecr.registry()).store;
    const redis = ecr.repository("redis");
    const source = store.repository("library/redis");
    for (const tag of ["7.2", "7.4"]) assert.equal(redis?.tags.get(tag), source?.tags.get(tag));
    assert.equal(redis?.tags.has("6"), false);
    assert.ok(redis?.manifests.has(signature.digest) && redis.manifests.has(sbom.digest));
    assert.equal(ecr.repository("one")?.tags.size, 1);
    assert.deepEqual(incompleteTags(ecr), []);
    const again = await place.json(["apply", "--file", "land.yaml"]);
    assert.deepEqual([again.code, again.document.outcomes], [0, []]);
  });

  test("a killed apply leaves a valid layout, and the next one resumes", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    const { cdn } = place.sandbox.dockerHub;
    for (const blobs of [1, 3, 6]) {
      let child: ChildProcess | undefined;
      const from = cdn.requests.length;
      cdn.onFinished = () => {
        if (cdn.requests.length - from === blobs) child?.kill("SIGKILL");
      };
      const ran = await place.start(["apply", "--file", "carry.yaml"], { onStart: (started) => (child = started) });
      assert.equal(ran.signal, "SIGKILL");
      assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
    }
    cdn.onFinished = undefined;
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
    const { redis } = digestsAtSource(place);
    assert.deepEqual(layoutsIn(join(place.folder, "mirror")).get("redis"), new Map([["7", redis]]));
  });

  test("concurrent runs write to one layout without losing a tag", async (t) => {
    const mirrors = (n: number) =>
      `mirrors: [{ image: "redis:7", to: "app:t${n}" }, { image: "ghcr.io/org/app:1.2", to: "app:u${n}" }]`;
    const file = (n: number) => `version: 1\nname: carry\ntargets: { disk: { layout: ./mirror } }\n${mirrors(n)}\n`;
    const runs = Array.from({ length: 4 }, (_, n) => n);
    const files = Object.fromEntries(runs.map((n) => [`${n}.yaml`, file(n)]));
    const place = await world(t, files, { images: IMAGES, imageOptions: { layers: 1, layerBytes: 64 } });
    const codes = await Promise.all(runs.map(async (n) => (await place.run(["apply", "--file", `${n}.yaml`])).code));
    assert.deepEqual(new Set(codes), new Set([0]));
    const tags = [...(layoutsIn(join(place.folder, "mirror")).get("app")?.keys() ?? [])];
    assert.deepEqual(tags.toSorted(), [...runs.map((n) => `t${n}`), ...runs.map((n) => `u${n}`)]);
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
  });
});

test("plan and apply refuse a folder with an unrelated index.json and leave it unchanged, and other images are copied", async (t) => {
  const place = await world(t, FILES, { images: IMAGES });
  const folder = join(place.folder, "mirror/redis");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.json"), '{"pages":["a.html"]}');
  for (const command of ["plan", "apply"]) {
    const { code, document } = await place.json([command, "--file", "carry.yaml"]);
    assert.equal(code, 1);
    const [error, ...others] = errorsIn(document);
    assert.deepEqual([error?.code, error?.side, others], ["LAYOUT_INVALID", "target", []]);
    assert.deepEqual(await readdir(folder), ["index.json"]);
    assert.equal(await readFile(join(folder, "index.json"), "utf8"), '{"pages":["a.html"]}');
  }
  assert.deepEqual([...layoutsIn(join(place.folder, "mirror")).keys()], ["bitnami/kafka", "ghcr.io/org/app"]);
});

for (const [what, put, code] of [
  ["a link to a device", (path: string) => symlink("/dev/zero", path), 3],
  ["a pipe", async (path: string) => void execFileSync("mkfifo", [path]), 1],
] as const) {
  test(`a lock file of a layout that is ${what} is refused before anything is read from a source`, async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    const folder = join(place.folder, "mirror/redis");
    await mkdir(folder, { recursive: true });
    await put(join(folder, ".index.json.lock"));
    for (const command of ["plan", "apply"]) {
      const ran = await place.start([command, "--file", "carry.yaml", "--only", "redis*"]);
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stdout + ran.stderr, /\.index\.json\.lock.* is (?:a symbolic link|not a regular file)/);
      assert.match(ran.stdout + ran.stderr, /hint: (?:replace|delete)/);
      const gets = place.sandbox.dockerHub.registry.requests.filter(({ method }) => method === "GET");
      assert.deepEqual(
        gets.filter(({ path }) => path.includes("/manifests/")),
        [],
      );
      assert.deepEqual(await readdir(folder), [".index.json.lock"]);
    }
  });
}
