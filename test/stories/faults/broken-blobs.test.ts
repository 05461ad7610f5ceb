import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { readManifest } from "../../../src/oci/manifest.ts";
import { text } from "../../../src/sandbox/http/answer.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import type { SandboxServer } from "../../../src/sandbox/http/server.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const NAMES = ["one.example.com", "two.example.com", "three.example.com"];

interface Targets {
  place: World;
  registries: SandboxRegistry[];
  cdn: SandboxServer;
  /** Size in bytes by the hexadecimal digits of the digest. */
  sizes: ReadonlyMap<string, number>;
  /** Bytes of the distinct blobs of redis. */
  uniqueBytes: number;
  /** Returns the bytes of blobs that the CDN sent, from its request log. */
  servedBytes(): number;
}

/** Starts redis:7, an index of four images with two layers each, and a number of target registries. */
async function start(t: TestContext, targets: number, layerBytes = 20_000): Promise<Targets> {
  const names = NAMES.slice(0, targets);
  const place = await world(t, {}, { images: ["redis:7"], imageOptions: { layers: 2, layerBytes }, registries: names });
  const registries = names.map((name) => {
    const registry = place.sandbox.registries.get(name);
    assert.ok(registry !== undefined);
    return registry;
  });
  const lines = registries.map(({ server }, i) => `  t${i}: { oci: "${server.url}/mirror" }`);
  const file = `version: 1\nname: platform\ntargets:\n${lines.join("\n")}\nmirrors: [{ image: redis:7 }]\n`;
  await writeFile(`${place.folder}/mirrors.yaml`, file);
  const { cdn, store } = place.sandbox.dockerHub;
  const sizes = new Map<string, number>();
  for (const manifest of store.repository("library/redis")?.manifests.values() ?? []) {
    const content = readManifest(manifest);
    if (content.kind === "image") content.blobs.forEach(({ digest, size }) => sizes.set(digest.slice(7), size));
  }
  const uniqueBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const servedBytes = () =>
    cdn.requests.reduce((sum, { path, headers }) => {
      const size = sizes.get(path.split("/").at(-2) ?? "") ?? 0;
      return sum + size - Number(/^bytes=(\d+)-/.exec(headers["range"] ?? "")?.[1] ?? 0);
    }, 0);
  return { place, registries, cdn, sizes, uniqueBytes, servedBytes };
}

const isComplete = ({ store }: SandboxRegistry): boolean =>
  store.repository("mirror/redis")?.tags.size === 1 && incompleteTags(store).length === 0;

describe("one image to three targets", () => {
  test("downloads each blob from the source once", async (t) => {
    const { place, registries, uniqueBytes, servedBytes } = await start(t, 3);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.equal(servedBytes(), uniqueBytes);
    assert.ok(registries.every(isComplete));
    assert.deepEqual(
      document.outcomes?.map(({ bytes }) => bytes),
      [uniqueBytes, uniqueBytes, uniqueBytes],
    );
    for (const { server } of registries) {
      const reads = server.requests.filter(({ method, path }) => method === "GET" && path.includes("/blobs/"));
      assert.deepEqual(reads, [], "one download served all targets");
    }
  });

  test("is copied to the others when one cannot be written, and the report shows it", async (t) => {
    const { place, registries, uniqueBytes, servedBytes } = await start(t, 3);
    const [bad, ...good] = registries;
    assert.ok(bad !== undefined);
    bad.server.onRequest = ({ method, path }) =>
      method === "PUT" && path.includes("/blobs/") ? { kind: "answer", answer: text(507, "disk full") } : undefined;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.ok(good.every(isComplete));
    assert.equal(bad.store.repository("mirror/redis")?.tags.size ?? 0, 0);
    assert.deepEqual(
      document.outcomes?.map(({ result }) => result),
      ["failed", "done", "done"],
    );
    assert.deepEqual(new Set(errorsIn(document).map(({ side }) => side)), new Set(["target"]));
    assert.equal(servedBytes(), uniqueBytes, "the retries read from another target");
  });

  test("retries an interrupted upload with the blob from another target", async (t) => {
    const { place, registries, uniqueBytes, servedBytes } = await start(t, 3);
    const [weak] = registries;
    assert.ok(weak !== undefined);
    let cuts = 2;
    weak.server.onRequest = ({ method, path }) =>
      method === "PUT" && path.includes("/blobs/") && cuts-- > 0 ? { kind: "cut" } : undefined;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    assert.ok(registries.every(isComplete));
    assert.equal(servedBytes(), uniqueBytes);
  });
});

describe("a source that", () => {
  for (const percent of [1, 37, 99]) {
    test(`closes the connection at ${percent} % of a blob is resumed`, async (t) => {
      const size = 1_000_000;
      const { place, registries, cdn, sizes, uniqueBytes, servedBytes } = await start(t, 1, size);
      const cut = new Set<string>();
      cdn.onRequest = ({ path }) => {
        const isLayer = (sizes.get(path.split("/").at(-2) ?? "") ?? 0) >= size;
        if (!isLayer || cut.size >= 2 || cut.has(path)) return undefined;
        cut.add(path);
        return { kind: "truncate", afterBytes: percent * (size / 100) };
      };
      const { code } = await place.json(["apply"]);
      assert.equal(code, 0);
      assert.ok(registries.every(isComplete));
      const ranges = cdn.requests.filter(({ headers }) => headers["range"] !== undefined);
      assert.ok(
        ranges.length >= 1 && ranges.every(({ status }) => status === 206),
        JSON.stringify(cdn.requests.map(({ path, status, headers }) => [path.slice(-70), status, headers["range"]])),
      );
      // The log counts a truncated response as complete, so the difference is what was requested twice.
      const twice = servedBytes() - uniqueBytes;
      assert.ok(twice <= cut.size * size * (1 - percent / 100) + 600_000, `${twice} bytes`);
    });
  }

  for (const [what, answer, code] of [
    ["fewer bytes than it announces", text(200, "short"), "DIGEST_MISMATCH"],
    ["other bytes", text(200, "x".repeat(20_000)), "DIGEST_MISMATCH"],
    ["more bytes", text(200, "x".repeat(50_000)), "DIGEST_MISMATCH"],
    ["redirects in a circle", undefined, "REDIRECT_REFUSED"],
  ] as const) {
    test(`answers with ${what} leaves no tag, and the report blames the source`, async (t) => {
      const { place, registries, cdn } = await start(t, 2);
      cdn.onRequest = ({ path, query }) => {
        const location = `${cdn.url}${path}?${query}`;
        return { kind: "answer", answer: answer ?? { ...text(307, ""), headers: { location } } };
      };
      const run = await place.json(["apply"]);
      assert.equal(run.code, 1);
      const errors = errorsIn(run.document);
      assert.ok(errors.length > 0 && errors.every((error) => error.code === code && error.side === "source"));
      assert.deepEqual(
        registries.map(({ store }) => store.repository("mirror/redis")?.tags.size ?? 0),
        [0, 0],
      );
      cdn.onRequest = undefined;
      assert.equal((await place.json(["apply"])).code, 0);
      assert.ok(registries.every(isComplete), "the next run completes");
    });
  }

  test("answers with several 5xx is retried", async (t) => {
    const { place, registries, cdn } = await start(t, 2);
    let burst = 6;
    cdn.onRequest = () => (burst-- > 0 ? { kind: "answer", answer: text(503, "") } : undefined);
    assert.equal((await place.json(["apply"])).code, 0);
    assert.ok(registries.every(isComplete));
  });
});

test("blobs shared by several repositories of a registry are sent once and mounted", async (t) => {
  const { place, registries } = await start(t, 1);
  const [registry] = registries;
  assert.ok(registry !== undefined);
  const target = `targets: { main: { oci: "${registry.server.url}/mirror" } }`;
  const mirrors = "mirrors: [{ image: redis:7, to: a }, { image: redis:7, to: b }]";
  await writeFile(`${place.folder}/mirrors.yaml`, `version: 1\nname: platform\n${target}\n${mirrors}\n`);
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 0, JSON.stringify(errorsIn(document)));
  assert.deepEqual(incompleteTags(registry.store), []);
  const blobs = registry.server.requests.filter(({ path }) => path.includes("/blobs/"));
  const mounted = blobs.filter(({ query, status }) => query.includes("mount=") && status === 201);
  const put = blobs.filter(({ method }) => method === "PUT");
  assert.ok(mounted.length > 0);
  assert.equal(put.length, mounted.length);
});
