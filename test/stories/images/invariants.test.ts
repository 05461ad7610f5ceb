import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { refuse } from "../../../src/sandbox/http/answer.ts";
import { ecrOf, fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { startStreamingRegistry } from "../../support/streaming-registry.ts";
import { world } from "../../support/world.ts";

const OPTIONS = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

describe("a failed HEAD", { concurrency: 4 }, () => {
  for (const status of [401, 403, 404, 429, 500]) {
    test(`with ${status} at the source is not followed by a GET, which would cost a pull`, async (t) => {
      const { sandbox, json } = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      const { registry } = sandbox.dockerHub;
      fault(registry, (request) => isRedis(request) && request.method === "HEAD", refuse(status, "UNKNOWN", "no"));
      assert.equal((await json(["apply"])).code, 1);
      const asked = registry.requests.filter((request) => isRedis(request) && request.path.includes("/manifests/"));
      assert.ok(asked.length > 0);
      assert.deepEqual(new Set(asked.map(({ method }) => method)), new Set(["HEAD"]));
    });
  }

  for (const status of [401, 403, 500]) {
    test(`with ${status} at the target does not mean "absent": nothing is pulled or pushed`, async (t) => {
      const place = await world(t, {}, { ...OPTIONS, registries: ["registry.example.com"] });
      const target = place.sandbox.registries.get("registry.example.com");
      assert.ok(target !== undefined);
      await writeFile(
        `${place.folder}/mirrors.yaml`,
        TWO_IMAGES.replace("{ ecr: {} }", `{ oci: ${target.server.url} }`),
      );
      fault(target.server, (request) => isRedis(request) && request.method === "HEAD", refuse(status, "UNKNOWN", "no"));
      assert.equal((await place.json(["apply"])).code, 1);
      const reads = new Set(["HEAD", "GET"]);
      const writes = target.server.requests.filter((request) => isRedis(request) && !reads.has(request.method));
      assert.deepEqual(writes, []);
      const pulled = place.sandbox.dockerHub.registry.requests.filter(
        (request) => isRedis(request) && request.method === "GET" && request.path.includes("/manifests/"),
      );
      assert.deepEqual(pulled, []);
      assert.equal(target.store.repository("nginx")?.tags.size, 1);
    });
  }
});

test("copies the planned digest, even if the tag changes at the source after the plan", async (t) => {
  const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
  const { dockerHub } = place.sandbox;
  const planned = dockerHub.store.repository("library/redis")?.tags.get("7");
  let moved = false;
  dockerHub.registry.onFinished = (request) => {
    if (moved || !isRedis(request) || request.method !== "HEAD" || request.status !== 200) return;
    moved = true;
    dockerHub.publish("library/redis", "7", { revision: 2 });
  };
  assert.equal((await place.json(["apply"])).code, 0);
  assert.equal(moved, true);
  const { store } = await ecrOf(place);
  assert.equal(store.repository("redis")?.tags.get("7"), planned);
});

/**
 * Makes a process print its maximum resident size in bytes on exit. Samples it, because the kernel's maximum includes
 * the parent's memory at the time of the fork.
 */
const PRINT_MEMORY = `--import=data:text/javascript,${encodeURIComponent(
  `let most = 0;
  setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10).unref();
  process.on("exit", () => process.stderr.write("most resident " + most + "\\n"));`,
)}`;
const MEGABYTE = 1024 * 1024;

test("memory use does not depend on the size of layers", async (t) => {
  const resident = async (layerBytes: number): Promise<number> => {
    const registry = await startStreamingRegistry(t, { layers: 2, layerBytes });
    const folder = await folderWith({
      "mirrors.yaml": `
version: 1
name: platform
targets: { main: { oci: "${registry.url}/mirror" } }
sources: { "${registry.host}": { endpoint: "${registry.url}" } }
mirrors: [{ image: "${registry.host}/team/app:1", to: "app:1" }]
`,
    });
    t.after(() => folder.remove());
    const environment = { NODE_OPTIONS: PRINT_MEMORY };
    const { code, stdout, stderr } = await mirrorform(["apply"], { folder: folder.path, environment });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(registry.received(), layerBytes * 2, "every byte of the layers is copied");
    const bytes = Number(/most resident (\d+)/.exec(stderr)?.[1]);
    assert.ok(bytes > 0, stderr);
    return bytes;
  };
  const small = await resident(64);
  const large = await resident(256 * MEGABYTE);
  t.diagnostic(
    `${Math.round(small / MEGABYTE)} MB with layers of 64 bytes, ${Math.round(large / MEGABYTE)} MB with two of 256 MB`,
  );
  // Buffering a whole layer would take 256 MB more. Sent data stays resident until garbage collection: about 80 MB.
  assert.ok(large - small < 160 * MEGABYTE, `${large} bytes against ${small}`);
});
