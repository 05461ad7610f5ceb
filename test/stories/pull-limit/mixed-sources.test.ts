import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { world, type World } from "../../support/world.ts";

const OTHER = "ghcr.example.com";
const TARGET = "registry.example.com";

/** Starts images that are both at Docker Hub, as `team/a0:1`, and in another registry, as `a0:1`. */
async function start(
  context: TestContext,
  mirrors: readonly string[],
  { images = 1, left, layers = 1 }: { images?: number; left: number; layers?: number },
): Promise<World> {
  const file = `version: 1
name: platform
targets: { main: { oci: https://${TARGET} } }
sources: { docker.io: { reserve: 10 } }
mirrors:
${mirrors.map((mirror) => `  - ${mirror}\n`).join("")}`;
  const place = await world(context, { "mirrors.yaml": file }, { registries: [TARGET, OTHER] });
  const { dockerHub, registries } = place.sandbox;
  const other = registries.get(OTHER);
  assert.ok(other !== undefined);
  for (let i = 0; i < images; i += 1) {
    const image = generateImage(`image ${i}`, { layers, layerBytes: 64 });
    storeImage(other.store, other.store.create(`a${i}`), image, "1");
    storeImage(dockerHub.store, dockerHub.store.create(`team/a${i}`), image, "1");
  }
  dockerHub.spend(100 - left);
  return place;
}

const fromOther = (i: number) => `{ image: ${OTHER}/a${i}:1, to: x${i}:1 }`;
const fromDockerHub = (i: number) => `{ image: team/a${i}:1, to: y${i}:1 }`;

function results(document: Awaited<ReturnType<World["json"]>>["document"]): Record<string, string> {
  return Object.fromEntries(
    document.outcomes?.map(({ action, result }) => [action.id.split(" ").at(-1) ?? "", result]) ?? [],
  );
}

describe("a digest at Docker Hub and in another registry", () => {
  test("uses no pull below the reserve, although the copies from the other registry come first", async (t) => {
    const images = 6;
    const pairs = Array.from({ length: images }, (_, i) => [fromOther(i), fromDockerHub(i)]).flat();
    const place = await start(t, pairs, { images, left: 12 });
    const { dockerHub, registries } = place.sandbox;
    const before = dockerHub.counted;
    const { document } = await place.json(["apply"]);
    const spent = dockerHub.counted - before;
    assert.ok(spent <= 2, `${spent} pulls instead of 2`);
    const ended = results(document);
    for (let i = 0; i < images; i += 1) assert.equal(ended[`x${i}:1`], "done");
    const store = registries.get(TARGET)?.store;
    assert.ok(store !== undefined);
    assert.deepEqual(incompleteTags(store), []);
  });

  for (const [order, mirrors] of [
    ["after", [fromDockerHub(0), fromOther(0)]],
    ["before", [fromOther(0), fromDockerHub(0)]],
  ] as const) {
    test(`is mirrored from the other registry without remaining pulls, if listed ${order} the image at Docker Hub`, async (t) => {
      const place = await start(t, mirrors, { left: 10 });
      const before = place.sandbox.dockerHub.counted;
      const { document } = await place.json(["apply"]);
      assert.equal(results(document)["x0:1"], "done");
      assert.equal(place.sandbox.dockerHub.counted, before);
    });
  }

  test("is downloaded once if both images are in the file", async (t) => {
    const place = await start(t, [fromOther(0), fromDockerHub(0)], { left: 100, layers: 3 });
    const { code } = await place.json(["apply"]);
    assert.equal(code, 0);
    const { dockerHub, registries } = place.sandbox;
    const elsewhere = registries.get(OTHER)?.server.requests ?? [];
    const read = [...elsewhere, ...dockerHub.cdn.requests]
      .filter(({ method, status }) => method === "GET" && status === 200)
      .map(({ path }) => /[0-9a-f]{64}/.exec(path)?.[0])
      .filter((digest) => digest !== undefined);
    const blobs = dockerHub.store.repository("team/a0")?.blobs ?? new Map<string, Buffer>();
    const times = [...blobs.keys()].map((blob) => read.filter((each) => blob.endsWith(each)).length);
    assert.deepEqual(new Set(times), new Set([1]));
  });
});
