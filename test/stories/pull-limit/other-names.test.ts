/** Docker Hub can be reached by another name. Its pulls are counted all the same. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { world, type World } from "../../support/world.ts";

const OPTIONS = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

function fileWith(sources: string): string {
  return `version: 1
name: platform
targets: { main: { ecr: {} } }
${sources}
mirrors:
  - image: alias.example/library/redis:7
  - image: nginx:1
`;
}

interface Named {
  place: World;
  environment: Record<string, string>;
}

/** Starts Docker Hub, which is `alias.example` too: by the mirror file, or by the environment. */
async function start(t: TestContext, by: "file" | "environment"): Promise<Named> {
  const place = await world(t, {}, OPTIONS);
  const { origin } = new URL(place.sandbox.dockerHub.registry.url);
  const sources = by === "file" ? `sources: { alias.example: { endpoint: "${origin}" } }` : "";
  await writeFile(join(place.folder, "mirrors.yaml"), fileWith(sources));
  return { place, environment: by === "file" ? {} : { MIRRORFORM_ENDPOINT_ALIAS_EXAMPLE: origin } };
}

describe("Docker Hub by another name", () => {
  for (const endpoint of ["https://registry-1.docker.io", "https://docker.io", "https://index.docker.io:443"]) {
    test(`is refused in a mirror file: ${endpoint}`, async (t) => {
      const { path, remove } = await folderWith({
        "mirrors.yaml": fileWith(`sources: { alias.example: { endpoint: "${endpoint}" } }`),
      });
      t.after(remove);
      const { code, stderr } = await mirrorform(["plan"], { folder: path });
      assert.equal(code, 3);
      assert.match(stderr, /mirrors\.yaml:4:39[^]*the endpoint of "alias\.example" is Docker Hub/);
      assert.match(stderr, /hint: write the images as docker\.io\//);
    });
  }

  for (const by of ["file", "environment"] as const) {
    test(`has the same pull budget, if the ${by} sets the host that stands for Docker Hub`, async (t) => {
      const { place, environment } = await start(t, by);
      place.sandbox.dockerHub.spend(97);
      const before = place.sandbox.dockerHub.counted;
      const { code, document } = await place.json(["apply"], { environment });
      assert.equal(code, 4, JSON.stringify(document));
      assert.equal(place.sandbox.dockerHub.counted, before, "no request was sent that costs a pull");
      assert.deepEqual(document.pulls?.map(({ registry }) => registry).toSorted(), ["alias.example", "docker.io"]);
    });

    test(`is copied from, with its pulls in the plan, if the ${by} sets it`, async (t) => {
      const { place, environment } = await start(t, by);
      const plan = await place.run(["plan"], { environment });
      assert.equal(plan.code, 0);
      const { code, document } = await place.json(["apply"], { environment });
      assert.equal(code, 0);
      const spent = document.pulls?.reduce((sum, each) => sum + each.spent, 0);
      assert.equal(spent, place.sandbox.dockerHub.counted);
      assert.ok(spent !== undefined && spent > 0);
    });
  }

  test("keeps the reserve of Docker Hub", async (t) => {
    const { place } = await start(t, "file");
    const { origin } = new URL(place.sandbox.dockerHub.registry.url);
    const sources = `sources: { docker.io: { reserve: 100 }, alias.example: { endpoint: "${origin}" } }`;
    await writeFile(join(place.folder, "mirrors.yaml"), fileWith(sources));
    assert.equal((await place.run(["apply"])).code, 4);
    assert.equal(place.sandbox.dockerHub.counted, 0);
  });

  test("is no alternate, because no pull is reserved there", async (t) => {
    const { place } = await start(t, "file");
    const { origin } = new URL(place.sandbox.dockerHub.registry.url);
    const sources = `sources: { docker.io: { alternates: [{ registry: alias.example }] }, alias.example: { endpoint: "${origin}" } }`;
    await writeFile(join(place.folder, "mirrors.yaml"), fileWith(sources));
    place.sandbox.dockerHub.spend(97);
    const before = place.sandbox.dockerHub.counted;
    assert.equal((await place.run(["apply"])).code, 4);
    assert.equal(place.sandbox.dockerHub.counted, before);
  });
});
