import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import type { ErrorCode } from "../../../src/error-code.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

/** Starts two images and an OCI target that does not check what it receives. */
async function start(context: TestContext): Promise<{ place: World; target: SandboxRegistry }> {
  const options = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
  const place = await world(context, {}, { ...options, registries: ["registry.example.com"] });
  const target = place.sandbox.registries.get("registry.example.com");
  assert.ok(target !== undefined);
  await writeFile(`${place.folder}/mirrors.yaml`, TWO_IMAGES.replace("{ ecr: {} }", `{ oci: ${target.server.url} }`));
  return { place, target };
}

const SCENARIOS: readonly [
  method: string,
  status: number,
  error: string,
  code: ErrorCode,
  operation: string,
  hint: RegExp,
][] = [
  ["HEAD", 401, "UNAUTHORIZED", "UNAUTHORIZED", "look up manifest", /docker login/],
  ["HEAD", 403, "DENIED", "DENIED", "look up manifest", /docker login/],
  ["HEAD", 429, "TOOMANYREQUESTS", "TOO_MANY_REQUESTS", "look up manifest", /wait/],
  ["HEAD", 500, "UNKNOWN", "SERVER_ERROR", "look up manifest", /rerun later/],
  ["POST", 403, "DENIED", "DENIED", "start upload of blob", /docker login/],
  ["POST", 404, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN", "start upload of blob", /repository was deleted/],
];

describe("an OCI target that fails causes a clear error and loses no tag:", { concurrency: 3 }, () => {
  for (const [method, status, errorCode, code, operation, hint] of SCENARIOS) {
    test(`${status} to ${method}`, async (t) => {
      const { place, target } = await start(t);
      fault(target.server, (request) => isRedis(request) && request.method === method, refuse(status, errorCode, "no"));
      const { code: exit, document } = await place.json(["apply"]);
      assert.equal(exit, 1);
      const errors = errorsIn(document);
      assert.ok(errors.length > 0);
      for (const error of errors) {
        assert.deepEqual([error.code, error.side, error.operation], [code, "target", operation]);
        assert.match(error.hint ?? "", hint);
      }
      assert.equal(target.store.repository("redis")?.tags.size ?? 0, 0);
      assert.equal(target.store.repository("nginx")?.tags.size, 1, "the other image is copied");
      assert.deepEqual(incompleteTags(target.store), []);
    });
  }

  test("does not get bytes with a wrong digest, although it would accept them", async (t) => {
    const { place, target } = await start(t);
    const source = place.sandbox.dockerHub.store.repository("library/redis");
    assert.ok(source !== undefined);
    for (const [digest, bytes] of source.blobs) {
      place.sandbox.dockerHub.store.putBlob(source, digest, Buffer.alloc(bytes.length, "x"));
    }
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => [error.code, error.side]),
      [["DIGEST_MISMATCH", "source"]],
    );
    assert.equal(target.store.repository("redis")?.blobs.size ?? 0, 0);
    assert.equal(target.store.repository("redis")?.tags.size ?? 0, 0);
  });
});
