import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
const FILES = { "mirrors.yaml": TWO_IMAGES };

describe("plan exits with", { concurrency: 4 }, () => {
  test("0 if there are changes, or 2 with --detailed-exitcode", async (t) => {
    const place = await world(t, FILES, IMAGES);
    assert.equal((await place.start(["plan"])).code, 0);
    assert.equal((await place.start(["plan", "--detailed-exitcode"])).code, 2);
  });

  test("0 if there are no changes, with or without --detailed-exitcode", async (t) => {
    const place = await world(t, FILES, IMAGES);
    assert.equal((await place.start(["apply"])).code, 0);
    assert.equal((await place.start(["plan"])).code, 0);
    assert.equal((await place.start(["plan", "--detailed-exitcode"])).code, 0);
  });

  test("2 for a blocked row, because it does not match the file", async (t) => {
    const file = TWO_IMAGES.replace("mirrors:", "repositories: { tagMutability: IMMUTABLE }\nmirrors:");
    const place = await world(t, { "mirrors.yaml": file }, IMAGES);
    assert.equal((await place.start(["apply"])).code, 0);
    place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2 });
    const plan = await place.start(["plan", "--detailed-exitcode"]);
    assert.match(plan.stdout, /1 blocked/);
    assert.equal(plan.code, 2);
    assert.equal((await place.start(["plan"])).code, 0);
  });

  test("1 instead of 2 if something could not be read", async (t) => {
    const place = await world(t, FILES, IMAGES);
    fault(place.sandbox.dockerHub.registry, isRedis, { status: 404, headers: {} });
    assert.equal((await place.start(["plan", "--detailed-exitcode"])).code, 1);
  });

  test("3 for a mirror file that is not valid", async (t) => {
    const place = await world(t, { "mirrors.yaml": "version: 2\n" }, IMAGES);
    assert.equal((await place.start(["plan", "--detailed-exitcode"])).code, 3);
  });
});

test("apply refuses --detailed-exitcode", async (t) => {
  const place = await world(t, FILES, IMAGES);
  const { code, stderr } = await place.start(["apply", "--detailed-exitcode"]);
  assert.equal(code, 3);
  assert.match(stderr, /unknown option --detailed-exitcode/);
});
