import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { Digest } from "../../../src/oci/digest.ts";
import { layoutFaults } from "../../support/layout-faults.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const IMAGE = { layers: 1, layerBytes: 64 };

function fileWith(entry: string, targets = "main: { ecr: {} }"): string {
  return `version: 1\nname: platform\ntargets: { ${targets} }\nmirrors: [{ ${entry} }]\n`;
}

const write = (place: World, text: string): Promise<void> => writeFile(join(place.folder, "mirrors.yaml"), text);

const atHub = ({ sandbox }: World) => sandbox.dockerHub.store.repository("library/redis") ?? assert.fail();

/** Starts with redis:7 mirrored at its second digest, after the first one. */
async function movedOn(t: TestContext): Promise<{ place: World; old: Digest; current: Digest }> {
  const place = await world(
    t,
    { "mirrors.yaml": fileWith("image: redis:7") },
    { images: ["redis:7"], imageOptions: IMAGE },
  );
  const old = atHub(place).tags.get("7") ?? assert.fail();
  assert.equal((await place.json(["apply"])).code, 0);
  place.sandbox.dockerHub.publish("library/redis", "7", { ...IMAGE, revision: 2 });
  assert.equal((await place.json(["apply"])).code, 0);
  return { place, old, current: atHub(place).tags.get("7") ?? assert.fail() };
}

/** Deletes a digest at Docker Hub, with its children and blobs as far as nothing else uses them. */
function deleteAtHub(place: World, digest: Digest): void {
  place.sandbox.dockerHub.store.removeManifest(atHub(place), digest);
}

const tagAt = async (place: World, repository: string, tag: string) =>
  (await ecrOf(place)).store.repository(repository)?.tags.get(tag);

describe("an image that goes back to an earlier digest", { concurrency: 3 }, () => {
  for (const isAtSource of [true, false]) {
    const where = isAtSource ? "has" : "no longer has";
    test(`comes from the repository that still has it if the source ${where} it, for no pull`, async (t) => {
      const { place, old, current } = await movedOn(t);
      if (!isAtSource) deleteAtHub(place, old);
      await write(place, fileWith(`image: "redis:7@${old}"`));
      const hub = place.sandbox.dockerHub;
      const [counted, requests] = [hub.counted, hub.registry.requests.length];
      const planned = await place.json(["plan"]);
      assert.equal(planned.code, 0, JSON.stringify(errorsIn(planned.document)));
      assert.equal(planned.document.totals?.["change"], 1);
      const text = await place.run(["plan"]);
      assert.doesNotMatch(text.stdout, /at most [1-9]\d* pulls?/);
      assert.equal((await place.json(["apply"])).code, 0);
      assert.equal(await tagAt(place, "redis", "7"), old);
      assert.equal(hub.counted, counted);
      const sent = hub.registry.requests.slice(requests).map(({ path }) => path);
      assert.deepEqual(
        sent.filter((path) => path.includes("/manifests/")),
        [],
      );

      await write(place, fileWith(`image: "redis:7@${current}"`));
      assert.equal((await place.json(["apply"])).code, 0);
      assert.equal(await tagAt(place, "redis", "7"), current);
      assert.equal(hub.counted, counted);
    });
  }

  test("comes from there through the lock file, too", async (t) => {
    const { place, old, current } = await movedOn(t);
    assert.equal((await place.run(["lock"])).code, 0);
    const path = join(place.folder, "mirrors.lock.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace(current, old));
    deleteAtHub(place, old);
    const { counted } = place.sandbox.dockerHub;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    assert.equal(await tagAt(place, "redis", "7"), old);
    assert.equal(place.sandbox.dockerHub.counted, counted);
  });

  test("also gets a new tag from there, and the other targets get it from that one", async (t) => {
    const { place, old } = await movedOn(t);
    deleteAtHub(place, old);
    const { counted } = place.sandbox.dockerHub;
    const targets = "main: { ecr: {} }, disk: { layout: ./mirror }";
    await write(place, fileWith(`image: "redis:7@${old}", to: "redis:before"`, targets));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    assert.equal(await tagAt(place, "redis", "before"), old);
    assert.deepEqual(layoutFaults(join(place.folder, "mirror")), []);
    assert.match(await readFile(join(place.folder, "mirror/redis/index.json"), "utf8"), new RegExp(old));
    assert.equal(place.sandbox.dockerHub.counted, counted);
  });

  test("fails with a hint about the digest if neither the source nor a target has it", async (t) => {
    const { place } = await movedOn(t);
    await write(place, fileWith(`image: "redis:7@sha256:${"0".repeat(64)}"`));
    const { document } = await place.json(["plan"]);
    const [error] = errorsIn(document);
    assert.deepEqual([error?.code, error?.side], ["MANIFEST_UNKNOWN", "source"]);
    assert.equal(error?.message, "the source does not have this digest");
    assert.match(error.hint ?? "", /pin a digest that the source has/);
  });

  test("comes from the source if the repository no longer has it", async (t) => {
    const { place, old } = await movedOn(t);
    const { store } = await ecrOf(place);
    store.removeManifest(store.repository("redis") ?? assert.fail(), old);
    await write(place, fileWith(`image: "redis:7@${old}"`));
    const { counted } = place.sandbox.dockerHub;
    assert.equal((await place.json(["apply"])).code, 0);
    assert.equal(await tagAt(place, "redis", "7"), old);
    assert.ok(place.sandbox.dockerHub.counted > counted);
  });
});
