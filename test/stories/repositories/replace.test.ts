import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { json, refuse } from "../../../src/sandbox/http/answer.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
repositories: { tagMutability: IMMUTABLE }
mirrors: [{ image: redis:7, replace: { backup: "{tag}-was-{digest}" } }]
`;
const IMAGE = { layers: 1, layerBytes: 64, form: "docker-list" as const };

/** Mirrors `redis:7` to an immutable repository, then moves it upstream. */
async function start(t: TestContext): Promise<{ place: World; redis: Repository; old: string; backup: string }> {
  const place = await world(t, { "mirrors.yaml": FILE }, { images: ["redis:7"], imageOptions: IMAGE });
  assert.equal((await place.json(["apply"])).code, 0);
  const redis = (await ecrOf(place)).store.repository("redis");
  const old = redis?.tags.get("7");
  assert.ok(redis !== undefined && old !== undefined);
  place.sandbox.dockerHub.publish("library/redis", "7", { ...IMAGE, revision: 2 });
  return { place, redis, old, backup: `7-was-${old.slice(7, 19)}` };
}

describe("an immutable tag that moved, with `replace`", { concurrency: 2 }, () => {
  test("is replaced, and the plan shows that it is briefly missing and the backup tag of the old image", async (t) => {
    const { place, redis, old, backup } = await start(t);
    const upstream = place.sandbox.dockerHub.store.repository("library/redis")?.tags.get("7");
    const planned = await place.run(["plan"]);
    assert.match(
      planned.stdout,
      new RegExp(`~ 7 [^]*missing for a\\s+moment,\\s+old\\s+image\\s+kept\\s+as\\s+${backup}`),
    );
    assert.match(planned.stdout, /1 to change/);
    const { sandbox } = place;
    const before = sandbox.ecr.calls.length;
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    assert.deepEqual(Object.fromEntries(redis.tags), { 7: upstream, [backup]: old });
    assert.deepEqual(incompleteTags((await ecrOf(place)).store), []);
    const deletions = sandbox.ecr.calls.slice(before).filter(({ operation }) => operation === "BatchDeleteImage");
    assert.deepEqual(
      deletions.map(({ input }) => input["imageIds"]),
      [[{ imageTag: "7" }]],
    );
    const again = await place.run(["plan"]);
    assert.match(again.stdout, /No changes/);
    assert.match(again.stdout, new RegExp(`1 tag +${backup} +undeclared, kept`));
  });

  test("stays unchanged if its deletion is denied, and the error shows the action to grant", async (t) => {
    const { place, redis, old } = await start(t);
    place.sandbox.ecr.deny(["ecr:BatchDeleteImage"]);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.equal(errorsIn(document)[0]?.code, "DENIED");
    assert.match(errorsIn(document)[0]?.hint ?? "", /ecr:BatchDeleteImage/);
    assert.equal(redis.tags.get("7"), old);
  });

  test("is missing if writing it fails, the error says so, and the next apply writes it", async (t) => {
    const { place, redis, old, backup } = await start(t);
    const { server } = await ecrOf(place);
    const isPut = ({ method, path }: { method: string; path: string }) =>
      method === "PUT" && path.endsWith("/manifests/7");
    fault(server, isPut, refuse(403, "DENIED", "no"));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.match(errorsIn(document)[0]?.hint ?? "", new RegExp(`missing now, and ${backup} has the old image`));
    assert.deepEqual(Object.fromEntries(redis.tags), { [backup]: old });
    server.onRequest = undefined;
    assert.equal((await place.json(["apply"])).code, 0);
    assert.deepEqual([...redis.tags.keys()].toSorted(), ["7", backup]);
  });

  test("stays unchanged if the repository has a new owner since the plan", async (t) => {
    const { place, redis, old } = await start(t);
    let looks = 0;
    place.sandbox.ecr.api.onRequest = ({ headers }) => {
      if (headers["x-amz-target"]?.endsWith(".ListTagsForResource") !== true || ++looks === 1) return undefined;
      return { kind: "answer", answer: json(200, { tags: [{ Key: "mirrorform", Value: "another" }] }) };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => error.code),
      ["STALE"],
    );
    assert.equal(redis.tags.get("7"), old);
  });
});
