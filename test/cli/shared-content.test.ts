import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { refuse } from "../../src/sandbox/answer.ts";
import { generateImage, storeImage } from "../../src/sandbox/images.ts";
import { ecrOf, fault } from "../support/scenario.ts";
import { world } from "../support/world.ts";

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
    test(`do not share a failure: what one repository refuses of its ${part} the other serves`, async (t) => {
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
      // Once the good one has brought the content, the other may be had from the target without its source.
      assert.equal(code, broken === "mirrored" ? 0 : 1);
      assert.ok((await ecrOf(place)).store.repository("mm")?.tags.has("b"));
    });
  }
});

describe("two targets that are one registry", () => {
  test("are refused, so that they do not overwrite each other's tags for ever", async (t) => {
    const file = `
version: 1
name: platform
targets: { one: { ecr: {} }, two: { ecr: { region: us-east-1 } } }
mirrors:
  - { image: redis:7, to: mm:1, targets: [one] }
  - { image: nginx:1, to: mm:1, targets: [two] }
`;
    const place = await world(t, { "mirrors.yaml": file }, { images: ["redis:7", "nginx:1"] });
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const errors = document.plan?.targets.flatMap(({ error }) => (error === undefined ? [] : [error]));
    assert.equal(errors?.length, 1);
    assert.equal(errors[0]?.code, "INVALID_FILE");
    assert.match(errors[0]?.message ?? "", /the same registry/);
  });
});
