import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import type { Digest } from "../../../src/oci/digest.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import type { Repository, StoredManifest } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const IMAGE = { layers: 1, layerBytes: 64, form: "docker-list" as const };
const HEAD = "version: 1\nname: platform\ntargets: { main: { ecr: {} } }\n";

/** The content of an ECR repository, to restore it. */
interface Snapshot {
  blobs: Map<Digest, Uint8Array>;
  manifests: Map<Digest, StoredManifest>;
  tags: Map<string, Digest>;
}

function snapshot({ blobs, manifests, tags }: Repository): Snapshot {
  return { blobs: new Map(blobs), manifests: new Map(manifests), tags: new Map(tags) };
}

function restore(repository: Repository, from: Snapshot): void {
  for (const key of ["blobs", "manifests", "tags"] as const) repository[key].clear();
  for (const [digest, bytes] of from.blobs) repository.blobs.set(digest, bytes);
  for (const [digest, manifest] of from.manifests) repository.manifests.set(digest, manifest);
  for (const [tag, digest] of from.tags) repository.tags.set(tag, digest);
}

/**
 * Returns whether a request can change a tag or a manifest. `killed.test.ts` covers the other requests.
 */
function isWrite({ method, path, headers }: RecordedRequest): boolean {
  const isManifest = method === "PUT" && path.includes("/manifests/");
  return isManifest || headers["x-amz-target"]?.endsWith(".BatchDeleteImage") === true;
}

/** Runs an apply and kills it after a number of writes, or not at all if `after` is undefined. @returns the writes */
async function applyUntil(place: World, after: number | undefined): Promise<{ writes: string[]; wasKilled: boolean }> {
  const writes: string[] = [];
  let kill: (() => void) | undefined;
  const servers = [place.sandbox.ecr.api, (await ecrOf(place)).server];
  for (const server of servers) {
    server.onFinished = (request) => {
      if (!isWrite(request)) return;
      writes.push(`${request.method} ${request.path}`);
      if (writes.length === after) kill?.();
    };
  }
  const ran = await place.start(["apply"], { onStart: (child) => (kill = () => child.kill("SIGKILL")) });
  for (const server of servers) server.onFinished = undefined;
  if (after === undefined) assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  return { writes, wasKilled: ran.signal === "SIGKILL" };
}

/**
 * Kills an apply after each of its writes and runs it again, each time from the same initial state.
 * @param wrong returns violations that must not occur at any time
 * @param end checks the state after the second run
 */
async function killAfterEachWrite(
  place: World,
  repository: Repository,
  wrong: () => string[],
  end: () => void,
): Promise<void> {
  const { store } = await ecrOf(place);
  const initial = snapshot(repository);
  const found = new Set<string>();
  const check = () => wrong().forEach((each) => found.add(each));
  const unwatch = store.watch(check);
  const { writes } = await applyUntil(place, undefined);
  end();
  assert.ok(writes.length >= 4, writes.join("\n"));
  let killed = 0;
  for (let after = 1; after <= writes.length; after += 1) {
    restore(repository, initial);
    if ((await applyUntil(place, after)).wasKilled) killed += 1;
    await applyUntil(place, undefined);
    assert.deepEqual(incompleteTags(store), [], `killed after ${writes[after - 1]}`);
    end();
  }
  unwatch();
  assert.deepEqual([...found], []);
  // After its last write, a process may exit before it receives the signal.
  assert.ok(killed >= writes.length - 1, `${killed} of ${writes.length} were killed`);
}

async function filled(t: TestContext, file: string, images: readonly string[]): Promise<World> {
  const place = await world(t, { "mirrors.yaml": HEAD + file }, { images, imageOptions: IMAGE });
  await applyUntil(place, undefined);
  return place;
}

describe("an apply that is killed after any one of its writes", { concurrency: 2 }, () => {
  test("while it replaces a tag keeps the old image, and the next apply copies the new one", async (t) => {
    const file =
      'repositories: { tagMutability: IMMUTABLE }\nmirrors: [{ image: redis:7, replace: { backup: "{tag}-was-{date}" } }]\n';
    const place = await filled(t, file, ["redis:7"]);
    const redis = (await ecrOf(place)).store.repository("redis");
    const old = redis?.tags.get("7");
    assert.ok(redis !== undefined && old !== undefined);
    place.sandbox.dockerHub.publish("library/redis", "7", { ...IMAGE, revision: 2 });
    const moved = place.sandbox.dockerHub.store.repository("library/redis")?.tags.get("7");
    const wrong = () => {
      const lost = [...redis.tags.values()].includes(old) ? [] : ["no tag has the old image"];
      const strays = [...redis.tags].filter(([tag, digest]) => digest !== old && (tag !== "7" || digest !== moved));
      return [...lost, ...strays.map(([tag]) => `${tag} has another image`)];
    };
    await killAfterEachWrite(place, redis, wrong, () => {
      const tags = [...redis.tags.keys()].toSorted();
      assert.equal(tags.length, 2, `one backup: ${tags.join(", ")}`);
      assert.match(tags[1] ?? "", /^7-was-\d{8}$/);
      assert.equal(redis.tags.get("7"), moved);
    });
  });

  test("while it prunes keeps declared tags, and the next apply deletes the rest", async (t) => {
    const mirrors = (tags: string) =>
      `mirrors: [{ image: node, tags: [${tags}], to: "dockerhub/{name}:{tag}", prune: true }]\n`;
    const place = await filled(t, mirrors("18, 20, 22"), ["node:18", "node:20", "node:22"]);
    const node = (await ecrOf(place)).store.repository("dockerhub/node");
    const declared = node?.tags.get("22");
    assert.ok(node !== undefined && declared !== undefined);
    await writeFile(`${place.folder}/mirrors.yaml`, HEAD + mirrors("22"));
    const wrong = () => (node.tags.get("22") === declared ? [] : ["a declared tag was touched"]);
    await killAfterEachWrite(place, node, wrong, () => assert.deepEqual([...node.tags.keys()], ["22"]));
  });
});

test("an interrupt after a tag was deleted waits until it is written again", async (t) => {
  const file =
    'repositories: { tagMutability: IMMUTABLE }\nmirrors: [{ image: redis:7, replace: { backup: "{tag}-was-{date}" } }]\n';
  const place = await filled(t, file, ["redis:7"]);
  const redis = (await ecrOf(place)).store.repository("redis");
  place.sandbox.dockerHub.publish("library/redis", "7", { ...IMAGE, revision: 2 });
  const moved = place.sandbox.dockerHub.store.repository("library/redis")?.tags.get("7");
  let interrupt: (() => void) | undefined;
  place.sandbox.ecr.api.onFinished = ({ headers }) => {
    if (headers["x-amz-target"]?.endsWith("DeleteImage") === true) interrupt?.();
  };
  const ran = await place.start(["apply"], { onStart: (child) => (interrupt = () => child.kill("SIGINT")) });
  assert.equal(ran.code, 130, ran.stdout + ran.stderr);
  assert.equal(redis?.tags.get("7"), moved);
});
