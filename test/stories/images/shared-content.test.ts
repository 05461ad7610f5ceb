import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { refuse } from "../../../src/sandbox/http/answer.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - { image: example.com/broken:1, to: mm:a }
  - { image: example.com/good:1, to: mm:b }
`;

describe("two images of one registry with the same content", () => {
  for (const part of ["manifests", "blobs"]) {
    test(`do not share a failure: if one repository refuses its ${part}, the other image is copied`, async (t) => {
      const place = await world(t, { "mirrors.yaml": FILE }, { registries: ["example.com"] });
      const source = place.sandbox.registries.get("example.com");
      assert.ok(source !== undefined);
      const image = generateImage("shared", { layers: 1, layerBytes: 64, form: "docker-manifest" });
      for (const name of ["broken", "good"]) storeImage(source.store, source.store.create(name), image, "1");
      fault(
        source.server,
        ({ method, path }) => method === "GET" && path.includes(`/broken/${part}/`),
        refuse(403, "DENIED", "no"),
      );
      const { code, document } = await place.json(["apply"]);
      const [broken, good] = document.images?.map(({ state }) => state) ?? [];
      assert.equal(good, "mirrored");
      // After the good image is copied, the broken one can be completed from the target.
      assert.equal(code, broken === "mirrored" ? 0 : 1);
      assert.ok((await ecrOf(place)).store.repository("mm")?.tags.has("b"));
    });
  }
});

describe("two targets with the same registry", () => {
  const file = `
version: 1
name: platform
targets: { one: { ecr: {} }, two: { ecr: { region: us-east-1 } }, far: { ecr: { region: eu-west-1 } } }
mirrors:
  - { image: node, tags: ["20"], to: "mm:{tag}", targets: [one], prune: true }
  - { image: node, tags: ["22"], to: "mm:{tag}", targets: [two], prune: true }
  - { image: node, tags: ["18"], to: "mm:{tag}", targets: [far] }
`;

  test("are both refused, so that neither overwrites or deletes images of the other", async (t) => {
    const place = await world(t, { "mirrors.yaml": file }, { images: ["node:18", "node:20", "node:22"] });
    assert.equal((await place.json(["apply", "--target", "one"])).code, 0);
    const { code, document } = await place.json(["apply", "--target", "one", "--target", "two"]);
    assert.equal(code, 1);
    const errors = document.plan?.targets.map(({ error }) => [error?.code, error?.message]);
    const { host } = (await ecrOf(place)).server;
    const expected = ["INVALID_FILE", `the targets one and two are the same registry, ${host}`];
    assert.deepEqual(errors, [expected, expected]);
    assert.deepEqual([...((await ecrOf(place)).store.repository("mm")?.tags.keys() ?? [])], ["20"]);
  });

  test("delete nothing of each other in a plan that is narrowed to one of them", async (t) => {
    const place = await world(t, { "mirrors.yaml": file }, { images: ["node:18", "node:20", "node:22"] });
    assert.equal((await place.json(["apply", "--target", "one"])).code, 0);
    assert.equal((await place.json(["apply", "--target", "two"])).code, 0);
    assert.deepEqual([...((await ecrOf(place)).store.repository("mm")?.tags.keys() ?? [])], ["20", "22"]);
  });
});
