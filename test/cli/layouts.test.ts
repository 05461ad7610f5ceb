import assert from "node:assert/strict";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { incompleteTags } from "../support/completeness.ts";
import { layoutFaults, layoutsIn } from "../support/layout-faults.ts";
import { errorsIn, world, type World } from "../support/world.ts";

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

/** Each image as it is called in the world: its digest at the source. */
function digestsAtSource({ sandbox }: World): Record<string, string | undefined> {
  const hub = sandbox.dockerHub.store;
  const ghcr = sandbox.registries.get("ghcr.io")?.store;
  return {
    redis: hub.repository("library/redis")?.tags.get("7"),
    kafka: hub.repository("bitnami/kafka")?.tags.get("3"),
    app: ghcr?.repository("org/app")?.tags.get("1.2"),
  };
}

/** Whatever would be asked of a registry now fails. */
async function cutOff({ sandbox }: World): Promise<void> {
  await Promise.all([sandbox.dockerHub.close(), sandbox.registries.get("ghcr.io")?.close()]);
}

describe("across an air gap", () => {
  test("images go to a layout, and from it into ECR with every registry closed", async (t) => {
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
    assert.deepEqual(landed.document.pulls, [], "a layout counts nothing, whatever registry it stands for");

    const again = await place.json(["apply", "--file", "land.yaml"]);
    assert.equal(again.code, 0);
    assert.deepEqual([again.document.outcomes, again.document.plan?.complete], [[], true]);
  });

  test("a second apply to the layout asks by HEAD, spends nothing and writes nothing", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    const index = join(place.folder, "mirror/redis/index.json");
    const before = [await readFile(index, "utf8"), place.sandbox.dockerHub.counted];
    const { code, document } = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.deepEqual(document.outcomes, []);
    assert.deepEqual([await readFile(index, "utf8"), place.sandbox.dockerHub.counted], before);
  });

  test("a plan writes no folder, and says what would be copied where", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    const { code, stdout } = await place.run(["plan", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.match(stdout, /carry\.yaml -> oci:\.\/mirror\nPlan: 3 to create/);
    assert.deepEqual([...layoutsIn(place.folder)], []);
    await assert.rejects(readFile(join(place.folder, "mirror")), { code: "ENOENT" });
  });

  test("what was damaged on the way does not land, and is said; the rest lands", async (t) => {
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

  test("a layout that was copied in part is filled by the next apply, and by nothing that is there already", async (t) => {
    const place = await world(t, FILES, { images: IMAGES });
    assert.equal((await place.run(["apply", "--file", "carry.yaml"])).code, 0);
    const { dockerHub } = place.sandbox;
    const [digest = ""] = dockerHub.store.repository("library/redis")?.blobs.keys() ?? [];
    await truncate(join(place.folder, "mirror/redis/blobs/sha256", digest.slice(7)), 3);
    const asked = dockerHub.cdn.requests.length;
    const { code, document } = await place.json(["apply", "--file", "carry.yaml"]);
    assert.equal(code, 0);
    assert.equal(document.outcomes?.length, 1);
    assert.equal(dockerHub.cdn.requests.length - asked, 1);
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
  });

  test("a folder that was not carried along is an error, not an empty plan", async (t) => {
    const place = await world(t, FILES);
    await rm(join(place.folder, "mirror"), { recursive: true, force: true });
    const { code, document } = await place.json(["plan", "--file", "land.yaml"]);
    assert.equal(code, 1);
    assert.deepEqual(new Set(errorsIn(document).map((error) => error.code)), new Set(["LAYOUT_FILE"]));
  });
});
