import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";

import { refuse } from "../../src/sandbox/answer.ts";
import type { RecordedRequest, SandboxServer } from "../../src/sandbox/server.ts";
import { ecrOf } from "../support/scenario.ts";
import { world } from "../support/world.ts";

const READING_CALL = /\.(?:Get|Describe|List|BatchGet|BatchCheck)\w+$/;

function file(registry: string, more = ""): string {
  return `
version: 1
name: platform
targets:
  main: { ecr: {} }
  other: { oci: "${registry}/team" }
repositories:
  scanOnPush: true
  lifecyclePolicy: { rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }
mirrors:
  - image: redis:7
${more}`;
}

/** What breaks when this fails: `plan` of a pull request writes to the account. */
test("a plan with much to do writes nothing: every call that could is refused, and none is made", async (t) => {
  const images = ["redis:7", "nginx:1"];
  const options = { images, imageOptions: { layers: 1, layerBytes: 64 }, registries: ["registry.example.com"] };
  const place = await world(t, {}, options);
  const { ecr, dockerHub, registries } = place.sandbox;
  const other = registries.get("registry.example.com");
  assert.ok(other !== undefined);
  const path = `${place.folder}/mirrors.yaml`;
  await writeFile(path, file(other.server.url));
  assert.equal((await place.json(["apply"])).code, 0);
  dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
  await writeFile(path, file(other.server.url, "  - image: nginx:1\n"));

  const writes: string[] = [];
  const reads: string[] = [];
  let status = 500;
  const watch = (server: SandboxServer, isRead: (request: RecordedRequest) => boolean): void => {
    server.onRequest = (request) => {
      const said = `${request.method} ${request.path} ${request.headers["x-amz-target"] ?? ""}`;
      (isRead(request) ? reads : writes).push(said);
      return isRead(request) ? undefined : { kind: "answer", answer: refuse(status, "UNKNOWN", "a plan wrote") };
    };
  };
  const isLook = ({ method }: RecordedRequest): boolean => method === "GET" || method === "HEAD";
  watch(ecr.api, ({ headers }) => READING_CALL.test(headers["x-amz-target"] ?? ""));
  for (const server of [(await ecrOf(place)).server, dockerHub.registry, other.server]) watch(server, isLook);

  const { code, document } = await place.json(["plan"]);
  assert.deepEqual(writes, []);
  assert.equal(code, 0, JSON.stringify(document));
  assert.deepEqual([document.totals?.["create"], document.totals?.["change"]], [4, 2]);
  assert.ok(reads.length > 5, `${reads.length} requests were seen`);
  assert.equal(document.complete, true);
  // The watch itself: an apply is stopped by it, and without the patience that a 500 is worth.
  status = 400;
  assert.equal((await place.json(["apply"])).code, 1);
  assert.ok(writes.length > 0);
});
