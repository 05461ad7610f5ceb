import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { errorsIn, world } from "../../support/world.ts";

const FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

function toOci(url: string, more = ""): string {
  return `version: 1\nname: platform\ntargets:\n  main: { oci: ${url}/team }\n${more}mirrors:\n  - image: redis:7\n`;
}

describe("an OCI registry as a target", () => {
  test("gets images below its prefix, and a second apply writes nothing", async (t) => {
    const place = await world(t, {}, { images: ["redis:7"], registries: ["registry.example.com"] });
    const registry = place.sandbox.registries.get("registry.example.com");
    assert.ok(registry !== undefined);

    await writeFile(`${place.folder}/mirrors.yaml`, toOci(registry.server.url));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.equal(document.images?.[0]?.uri, `${registry.server.host}/team/redis:7`);
    const source = place.sandbox.dockerHub.store.repository("library/redis");
    assert.equal(registry.store.repository("team/redis")?.tags.get("7"), source?.tags.get("7"));
    assert.deepEqual(incompleteTags(registry.store), []);
    const before = registry.server.requests.length;
    assert.equal((await place.json(["apply"])).code, 0);
    const methods = registry.server.requests.slice(before).map(({ method }) => method);
    assert.deepEqual(methods, ["HEAD"]);
  });

  test("can be Docker Hub under any of its names", async (t) => {
    const place = await world(t, {}, { images: ["ghcr.io/team/app:1"], registries: ["hub.example.com"] });
    const hub = place.sandbox.registries.get("hub.example.com");
    assert.ok(hub !== undefined);
    const environment = { MIRRORFORM_ENDPOINT_DOCKER_IO: hub.server.url };
    for (const name of ["docker.io", "index.docker.io", "registry-1.docker.io"]) {
      const prefix = name.replaceAll(".", "-");
      const targets = `targets:\n  main: { oci: "https://${name}/${prefix}" }\n`;
      const mirrors = "mirrors:\n  - image: ghcr.io/team/app:1\n    to: app\n";
      await writeFile(`${place.folder}/mirrors.yaml`, `version: 1\nname: platform\n${targets}${mirrors}`);
      const { code } = await place.json(["apply"], { environment });
      assert.equal(code, 0, name);
      assert.ok(hub.store.repository(`${prefix}/app`)?.tags.has("1"), name);
    }
  });

  test("keeps a tag that changed between the plan and the copy: the action is stale", async (t) => {
    const place = await world(t, {}, { images: ["redis:7"], registries: ["registry.example.com"] });
    const registry = place.sandbox.registries.get("registry.example.com");
    assert.ok(registry !== undefined);

    await writeFile(`${place.folder}/mirrors.yaml`, toOci(registry.server.url));
    const other = Buffer.from("{}");
    let intrude = true;
    registry.server.onFinished = () => {
      if (!intrude) return;
      intrude = false;
      const repository = registry.store.create("team/redis");
      registry.store.putManifest(repository, { bytes: other, mediaType: OCI_MANIFEST, digest: digestOf(other) }, ["7"]);
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const [error] = errorsIn(document);
    assert.equal(error?.code, "STALE");
    assert.equal(error.side, "target");
    assert.match(error.hint ?? "", /rerun plan/);
    assert.equal(registry.store.repository("team/redis")?.tags.get("7"), digestOf(other));
    assert.equal(place.sandbox.dockerHub.counted, 0, "no pull was spent on it");
  });

  test("gets an image without its foreign layer, and mirrorform does not request the layer's URL", async (t) => {
    const place = await world(
      t,
      {},
      {
        images: ["redis:7"],
        imageOptions: { form: "docker-manifest" },
        registries: ["registry.example.com"],
      },
    );
    const registry = place.sandbox.registries.get("registry.example.com");
    const repository = place.sandbox.dockerHub.store.repository("library/redis");
    const old = repository?.manifests.values().next().value;
    assert.ok(registry !== undefined && repository !== undefined && old !== undefined);
    const image = JSON.parse(Buffer.from(old.bytes).toString("utf8")) as { layers: object[] };
    const foreign = digestOf(Buffer.from("not here"));
    const elsewhere = `${registry.server.url}/must-not-be-asked`;
    image.layers.unshift({ mediaType: FOREIGN, digest: foreign, size: 8, urls: [elsewhere] });
    const bytes = Buffer.from(JSON.stringify(image));
    place.sandbox.dockerHub.store.putManifest(repository, { ...old, bytes, digest: digestOf(bytes) }, ["7"]);

    await writeFile(`${place.folder}/mirrors.yaml`, toOci(registry.server.url));
    const { code } = await place.json(["apply"]);
    assert.equal(code, 0);
    const mirrored = registry.store.repository("team/redis");
    assert.equal(mirrored?.tags.get("7"), digestOf(bytes));
    assert.equal(mirrored.blobs.has(foreign), false);
    const asked = [...registry.server.requests, ...place.sandbox.dockerHub.registry.requests].map(({ path }) => path);
    assert.equal(
      asked.some((path) => path.includes(foreign) || path.includes("must-not")),
      false,
    );
  });
});

describe("several targets", () => {
  const file = `
version: 1
name: platform
targets:
  seoul: { ecr: { region: ap-northeast-2 } }
  virginia: { ecr: { region: us-east-1, role: "arn:aws:iam::210987654321:role/mirror" } }
mirrors:
  - image: redis:7
  - image: nginx:1
    targets: [seoul]
`;
  const images = ["redis:7", "nginx:1"];

  test("have separate rows, and a manifest that two of them need costs one pull", async (t) => {
    const { sandbox, json } = await world(t, { "mirrors.yaml": file }, { images });
    const { code, document } = await json(["apply"]);
    assert.equal(code, 0);
    const seoul = await sandbox.ecr.registry("123456789012", "ap-northeast-2");
    const virginia = await sandbox.ecr.registry("210987654321", "us-east-1");
    assert.deepEqual(
      document.images?.map(({ target, uri }) => [target, uri]),
      [
        ["seoul", `${seoul.server.host}/redis:7`],
        ["virginia", `${virginia.server.host}/redis:7`],
        ["seoul", `${seoul.server.host}/nginx:1`],
      ],
    );
    assert.equal(sandbox.dockerHub.counted, 10);
    assert.deepEqual([...virginia.store.repositories.keys()], ["redis"]);
  });

  test("are independent: one that cannot be opened fails, and the other gets its images", async (t) => {
    const { sandbox, json } = await world(t, { "mirrors.yaml": file }, { images });
    sandbox.ecr.deny(["sts:AssumeRole"]);
    const { code, document } = await json(["apply"]);
    assert.equal(code, 1);
    assert.equal(document.plan?.complete, false);
    const { store } = await sandbox.ecr.registry("123456789012", "ap-northeast-2");
    assert.deepEqual([...store.repositories.keys()].toSorted(), ["nginx", "redis"]);
  });

  test("can be narrowed to one, which the plan reports", async (t) => {
    const { run } = await world(t, { "mirrors.yaml": file }, { images });
    const { code, stdout } = await run(["plan", "--target", "seoul", "--only", "nginx*"]);
    assert.equal(code, 0);
    assert.match(stdout, /Plan: 2 to create/);
    assert.match(stdout, /Narrowed by --target seoul --only 'nginx\*'/);
  });
});

test("a repository owned by another mirror file gets images and keeps its settings, which the plan reports", async (t) => {
  const file = `
version: 1
name: platform
targets: { main: { ecr: {} } }
repositories: { policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage" }] } }
mirrors: [{ image: redis:7 }]
`;
  const place = await world(t, { "mirrors.yaml": file }, { images: ["redis:7"] });
  assert.equal((await place.run(["apply"])).code, 0);

  await writeFile(`${place.folder}/mirrors.yaml`, file.replace("name: platform", "name: other"));
  const before = place.sandbox.ecr.calls.length;
  const { code, stdout } = await place.run(["apply"]);
  assert.equal(code, 0);
  assert.match(stdout, /owned by the mirror file "platform"/);
  const writing = place.sandbox.ecr.calls
    .slice(before)
    .filter(({ operation }) => /^(?:Create|Put|Set|Tag)/.test(operation));
  assert.deepEqual(writing, []);
});
