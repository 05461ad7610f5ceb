import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
const HEAD = /HEAD 127\.0\.0\.1:\d+ \/v2\/library\/redis\/manifests\/7 200 \d+ ms/;

describe("the request log", { concurrency: 4 }, () => {
  for (const [how, args, environment] of [
    ["with --verbose", ["--verbose"], {}],
    ["with MIRRORFORM_LOG=1", [], { MIRRORFORM_LOG: "1" }],
  ] as const) {
    test(`goes to standard error ${how}`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
      const { stdout, stderr } = await place.run(["plan", ...args], { environment });
      assert.match(stderr, HEAD);
      assert.doesNotMatch(stdout, HEAD);
    });
  }

  test("is appended to the file in MIRRORFORM_LOG", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES, "log.txt": "before\n" }, IMAGES);
    const { code, stderr } = await place.run(["plan"], { environment: { MIRRORFORM_LOG: "log.txt" } });
    assert.equal(code, 0);
    assert.equal(stderr, "");
    const [before, ...lines] = (await readFile(join(place.folder, "log.txt"), "utf8")).trimEnd().split("\n");
    assert.equal(before, "before");
    assert.ok(lines.some((line) => HEAD.test(line)));
    assert.ok(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z /.test(line)));
  });

  test("reports a full disk once, and the run continues", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
    const { code, stdout, stderr } = await place.run(["apply"], { environment: { MIRRORFORM_LOG: "/dev/full" } });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Apply: 4 done/);
    assert.equal(stderr.match(/no longer written to \/dev\/full/g)?.length, 1);
  });

  test("ends the run before the first request if its file cannot be written", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
    const { code, stderr } = await place.run(["plan"], { environment: { MIRRORFORM_LOG: "no/log.txt" } });
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*no\/log\.txt/);
    assert.deepEqual(place.sandbox.dockerHub.registry.requests, []);
  });
});
