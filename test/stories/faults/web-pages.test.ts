import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { text } from "../../../src/sandbox/http/answer.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { fault, isRedis, playAll, TWO_IMAGES, type Scenario } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const PAGE = text(200, "<!doctype html><title>Sign in</title>", { "content-type": "text/html; charset=utf-8" });
const HINT = /address and path.*HTTPS_PROXY.*sign-in/;

const at = (what: string) => (request: RecordedRequest) => isRedis(request) && request.path.includes(what);
const failing = (matches: (request: RecordedRequest) => boolean, operation: string): Omit<Scenario, "what"> => ({
  prepare: ({ sandbox }) => fault(sandbox.dockerHub.registry, matches, PAGE),
  code: "UNEXPECTED_RESPONSE",
  side: "source",
  operation,
  hint: HINT,
  othersArrive: true,
});

playAll("a web page with status 200 from the source is reported as one:", [
  { what: "in place of a tag", ...failing(at("/manifests/7"), "look up manifest") },
  {
    what: "in place of a manifest",
    ...failing((request) => at("/manifests/sha256:")(request) && request.method === "GET", "read manifest"),
  },
  { what: "in place of a blob", ...failing(at("/blobs/"), "read blob") },
]);

/** Starts two images, with layers that are checked before they are uploaded, and an OCI target that checks nothing. */
async function start(context: TestContext): Promise<{ place: World; target: SandboxRegistry }> {
  const options = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 600 * 1024 } };
  const place = await world(context, {}, { ...options, registries: ["registry.example.com"] });
  const target = place.sandbox.registries.get("registry.example.com");
  assert.ok(target !== undefined);
  await writeFile(`${place.folder}/mirrors.yaml`, TWO_IMAGES.replace("{ ecr: {} }", `{ oci: ${target.server.url} }`));
  return { place, target };
}

describe("a proxy that answers a target's requests with a page never leaves an incomplete image:", () => {
  for (const [what, method, part] of [
    ["each check of a manifest, once", "HEAD", "/manifests/"],
    ["each check of a blob, once", "HEAD", "/blobs/"],
  ] as const) {
    test(what, async (t) => {
      const { place, target } = await start(t);
      const answered = new Set<string>();
      fault(
        target.server,
        ({ method: sent, path }) => {
          if (sent !== method || !path.includes(part) || answered.has(path)) return false;
          answered.add(path);
          return true;
        },
        PAGE,
      );
      const { code, document } = await place.json(["apply"]);
      assert.deepEqual(errorsIn(document), []);
      assert.ok(answered.size > 0);
      assert.equal(code, 0);
      assert.deepEqual(incompleteTags(target.store), []);
      assert.equal(target.store.repository("redis")?.tags.size, 1);
    });
  }

  test("each put of a manifest", async (t) => {
    const { place, target } = await start(t);
    fault(target.server, ({ method, path }) => method === "PUT" && path.includes("/manifests/"), PAGE);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    for (const error of errorsIn(document)) {
      assert.deepEqual([error.code, error.side, error.operation], ["UNEXPECTED_RESPONSE", "target", "write manifest"]);
      assert.match(error.hint ?? "", HINT);
    }
    assert.equal(target.store.repository("redis")?.tags.size ?? 0, 0);
  });
});
