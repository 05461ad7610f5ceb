import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { runHere } from "../../support/in-process.ts";
import { refuseWrites } from "../../support/refuse-writes.ts";
import { world } from "../../support/world.ts";

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

/** If this fails, `plan` in a pull request writes to the account. */
test("a plan with many changes makes no write call", async (t) => {
  const images = ["redis:7", "nginx:1"];
  const options = { images, imageOptions: { layers: 1, layerBytes: 64 }, registries: ["registry.example.com"] };
  const place = await world(t, {}, options);
  const { dockerHub, registries } = place.sandbox;
  const other = registries.get("registry.example.com");
  assert.ok(other !== undefined);
  const path = `${place.folder}/mirrors.yaml`;
  await writeFile(path, file(other.server.url));
  assert.equal((await place.json(["apply"])).code, 0);
  dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
  await writeFile(path, file(other.server.url, "  - image: nginx:1\n"));

  const watch = await refuseWrites(place);
  const { code, document } = await place.json(["plan"]);
  assert.deepEqual(watch.writes, []);
  assert.equal(code, 0, JSON.stringify(document));
  assert.deepEqual([document.totals?.["create"], document.totals?.["change"]], [4, 2]);
  assert.ok(watch.reads.length > 5, `${watch.reads.length} requests were seen`);
  assert.equal(document.complete, true);
  // Checks that the watch works: it stops an apply. Unlike 500, a 400 is not retried.
  watch.status = 400;
  assert.equal((await place.json(["apply"])).code, 1);
  assert.ok(watch.writes.length > 0);
});

/** Commands with their exit code, and whether they send requests to targets. */
const READERS: readonly (readonly [readonly string[], number, "targets" | "nothing"])[] = [
  [["validate"], 0, "nothing"],
  [["uris"], 0, "targets"],
  [["uris", "--format", "json", "--pin", "--only", "redis"], 0, "targets"],
  [["uris", "--pin"], 1, "targets"],
  [["quota"], 0, "nothing"],
  [["lock"], 0, "nothing"],
  [["lock", "--check"], 0, "nothing"],
  [["lock", "--update"], 0, "nothing"],
  [["iam"], 0, "nothing"],
  [["plan", "--detailed-exitcode"], 2, "targets"],
];

/** If these fail, a command that should only read changes something. */
describe("a target that refuses writes is only read by", { concurrency: 3 }, () => {
  for (const [args, code, readsFrom] of READERS) {
    test(args.join(" "), async (t) => {
      const images = ["redis:7", "nginx:1", "ratelimitpreview/test:latest"];
      const options = { images, imageOptions: { layers: 1, layerBytes: 64 }, registries: ["registry.example.com"] };
      const place = await world(t, {}, options);
      const { environment, registries, dockerHub } = place.sandbox;
      const path = `${place.folder}/mirrors.yaml`;
      const url = registries.get("registry.example.com")?.server.url ?? "";
      await writeFile(path, file(url));
      const run = (...all: string[]) => runHere([...all, "--file", path], environment);
      assert.equal((await run("apply")).code, 0);
      if (args.includes("--check") || args.includes("--update")) assert.equal((await run("lock")).code, 0);
      await writeFile(path, file(url, args[0] === "lock" ? "" : "  - image: nginx:1\n"));
      const before = { files: await readdir(place.folder), pulls: dockerHub.counted };

      const watch = await refuseWrites(place);
      const ran = await run(...args);
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      assert.deepEqual(watch.writes, []);
      assert.equal(watch.reads.length > 0, readsFrom === "targets");
      assert.equal(dockerHub.counted, before.pulls, "no pulls are used");
      const written = args.join(" ") === "lock" ? ["mirrors.lock.yaml"] : [];
      assert.deepEqual(await readdir(place.folder), [...written, ...before.files].toSorted());
    });
  }
});
