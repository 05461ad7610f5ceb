import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { refuse } from "../../../src/sandbox/http/answer.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - image: node
    tags: { semver: ">=20", suffix: alpine, newest: 2 }
  - image: redis:7
`;

function nodeWorld(t: TestContext): Promise<World> {
  const images = ["node:18-alpine", "node:20-alpine", "node:22-alpine", "node:22", "redis:7"];
  return world(t, { "mirrors.yaml": FILE }, { images, imageOptions: { layers: 1, layerBytes: 64 } });
}

async function lockedTags({ folder }: World): Promise<string[]> {
  const text = await readFile(`${folder}/mirrors.lock.yaml`, "utf8");
  return [...text.matchAll(/^docker\.io\/library\/(\S+): /gm)].map(([, name]) => name ?? "");
}

/** Counts requests to Docker Hub's registry and catalogue for tag lists, from now on. */
function countLists({ sandbox: { dockerHub } }: World): () => number {
  const lists = () =>
    [dockerHub.registry, dockerHub.catalogue].flatMap(({ requests }) => requests.filter(isList)).length;
  const before = lists();
  return () => lists() - before;
}

function isList({ path }: { path: string }): boolean {
  return /\/tags(?:\/list)?$/.test(path);
}

function publish({ sandbox }: World, tag: string): void {
  sandbox.dockerHub.publish("library/node", tag, { layers: 1, layerBytes: 64 });
}

describe("with a lock, the tags of a rule", { concurrency: 2 }, () => {
  test("are the locked ones, without a tag list from the source, until the lock is updated", async (t) => {
    const place = await nodeWorld(t);
    assert.equal((await place.run(["lock"])).code, 0);
    assert.deepEqual(await lockedTags(place), ["node:20-alpine", "node:22-alpine", "redis:7"]);

    publish(place, "24-alpine");
    const lists = countLists(place);
    assert.equal((await place.json(["plan"])).code, 0);
    assert.equal((await place.json(["apply"])).code, 0);
    assert.equal((await place.run(["lock"])).code, 0);
    assert.equal((await place.run(["lock", "--check"])).code, 0);
    assert.equal((await place.run(["lock", "--update", "redis"])).code, 0);
    assert.equal(lists(), 0, "the lock has the tags");
    assert.equal((await ecrOf(place)).store.repository("node")?.tags.has("24-alpine"), false);
    assert.deepEqual(await lockedTags(place), ["node:20-alpine", "node:22-alpine", "redis:7"]);

    const { code, stdout } = await place.run(["lock", "--update", "node"]);
    assert.equal(code, 0);
    assert.match(stdout, /\+ docker\.io\/library\/node:24-alpine/);
    assert.match(stdout, /- docker\.io\/library\/node:20-alpine/);
    assert.ok(lists() > 0, "the source is queried again");
    assert.equal((await place.run(["lock", "--check"])).code, 0);
    assert.equal((await place.json(["apply"])).code, 0);
    const { store } = await ecrOf(place);
    assert.equal(
      store.repository("node")?.tags.get("24-alpine"),
      place.sandbox.dockerHub.store.repository("library/node")?.tags.get("24-alpine"),
    );
  });

  test("stay locked if the source does not list tags, and other images are still updated", async (t) => {
    const place = await nodeWorld(t);
    await place.run(["lock"]);
    place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
    place.sandbox.dockerHub.catalogue.onRequest = () => ({ kind: "cut" });
    fault(place.sandbox.dockerHub.registry, isList, refuse(403, "DENIED", "no"));
    const { code, stdout } = await place.run(["lock", "--update"]);
    assert.equal(code, 1);
    assert.match(stdout, /Error DENIED \(source\)/);
    assert.match(stdout, /1 moved, 0 removed/);
    assert.deepEqual(await lockedTags(place), ["node:20-alpine", "node:22-alpine", "redis:7"]);
  });

  test("are missing if the rule is newer than the lock: --check reports its position, and plan fails", async (t) => {
    const place = await nodeWorld(t);
    const [digest] = place.sandbox.dockerHub.store.repository("library/redis")?.tags.values() ?? [];
    await writeFile(`${place.folder}/mirrors.lock.yaml`, `version: 1\ndocker.io/library/redis:7: ${digest}\n`);
    const checked = await place.run(["lock", "--check"]);
    assert.equal(checked.code, 1);
    assert.match(checked.stderr, /^mirrors\.yaml:6:12: the lock file has no tag that this rule selects/);
    const { code, document } = await place.json(["plan"]);
    assert.equal(code, 1);
    assert.equal(document.complete, false);
    assert.equal((await place.json(["apply"])).code, 1);
    assert.equal((await ecrOf(place)).store.repository("redis")?.tags.size, 1, "other images are copied");
  });
});
