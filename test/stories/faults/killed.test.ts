import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import type { RecordedRequest, SandboxServer } from "../../../src/sandbox/http/server.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { world, type World } from "../../support/world.ts";

/** One image with two platforms: every kind of request, with as few requests as possible. */
const FILE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories:
  lifecyclePolicy:
    rules:
      - { rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 99 }, action: { type: expire } }
  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage" }] }
mirrors:
  - image: redis:7
`;
const OPTIONS = {
  images: ["redis:7"],
  imageOptions: { form: "docker-list", layers: 1, layerBytes: 64 },
  // Only the order of the requests keeps an image complete.
  ecr: { checkReferences: false },
} as const;

/** About 30 runs of two processes each, which takes longer than other tests on a busy machine. */
const TIME_LIMIT_MILLISECONDS = 300_000;

/** Kinds of requests after which an apply is killed. The last one, the tag, has a separate test. */
const KINDS: Readonly<Record<string, (request: RecordedRequest) => boolean>> = {
  "a repository call": ({ headers }) => headers["x-amz-target"]?.endsWith(".CreateRepository") === true,
  "a policy": ({ headers }) => /\.(?:PutLifecyclePolicy|SetRepositoryPolicy)$/.test(headers["x-amz-target"] ?? ""),
  "a blob": ({ method, path }) => method === "PUT" && path.includes("/blobs/uploads/"),
  "a child": ({ method, path }) => method === "PUT" && path.includes("/manifests/sha256:"),
};

/** Number of concurrent runs. */
const LANES = 2;

async function servers({ sandbox }: World): Promise<SandboxServer[]> {
  const { registry, auth, cdn } = sandbox.dockerHub;
  return [registry, auth, cdn, sandbox.ecr.api, (await sandbox.ecr.registry()).server];
}

/** Calls back after each response of any service of the sandbox. */
async function afterEachRequest(place: World, callback: (request: RecordedRequest) => void): Promise<void> {
  for (const server of await servers(place)) server.onFinished = callback;
}

async function start(context: TestContext): Promise<{ place: World; incomplete: string[] }> {
  const place = await world(context, { "mirrors.yaml": FILE }, OPTIONS);
  const { store } = await place.sandbox.ecr.registry();
  const incomplete: string[] = [];
  store.watch(() => incomplete.push(...incompleteTags(store)));
  return { place, incomplete };
}

async function assertComplete({ sandbox, json }: World): Promise<void> {
  const { store } = await sandbox.ecr.registry();
  const source = sandbox.dockerHub.store.repository("library/redis");
  const mirrored = store.repository("redis");
  assert.equal(mirrored?.tags.get("7"), source?.tags.get("7"));
  assert.deepEqual(incompleteTags(store), []);
  const operations = sandbox.ecr.calls.map(({ operation }) => operation);
  assert.ok(operations.includes("PutLifecyclePolicy") && operations.includes("SetRepositoryPolicy"));
  const { code, document } = await json(["plan"]);
  assert.equal(code, 0);
  assert.equal(document.totals?.["create"], 0);
}

/** Counts the requests of a complete apply. */
async function countRequests(context: TestContext): Promise<number> {
  const { place } = await start(context);
  let count = 0;
  await afterEachRequest(place, () => (count += 1));
  assert.equal((await place.run(["apply"])).code, 0);
  return count;
}

/**
 * Runs an apply that is killed after a number of requests, and then one that finishes.
 * @returns the last answered request; undefined if the apply ended before the kill
 */
async function killAndFinish(context: TestContext, after: number): Promise<RecordedRequest | undefined> {
  const { place, incomplete } = await start(context);
  let seen = 0;
  let kill: (() => void) | undefined;
  let last: RecordedRequest | undefined;
  await afterEachRequest(place, (request) => {
    seen += 1;
    if (seen !== after) return;
    last = request;
    kill?.();
  });
  const killed = await place.start(["apply"], { onStart: (child) => (kill = () => child.kill("SIGKILL")) });
  await afterEachRequest(place, () => undefined);
  assert.equal((await place.run(["apply"])).code, 0, `after request ${after}`);
  assert.deepEqual(incomplete, [], `after request ${after}`);
  await assertComplete(place);
  await place.sandbox.close();
  return killed.signal === "SIGKILL" ? last : undefined;
}

describe("an apply that is killed after any one of its requests", () => {
  const limit = { timeout: TIME_LIMIT_MILLISECONDS };
  test("leaves no tag on an incomplete image, and the next apply finishes", limit, async (t) => {
    const total = await countRequests(t);
    assert.ok(total >= 25, `${total} requests`);
    const killedAfter: RecordedRequest[] = [];
    let next = 1;
    const lane = async () => {
      for (let after = next++; after < total; after = next++) {
        const last = await killAndFinish(t, after);
        if (last !== undefined) killedAfter.push(last);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    // Near the end, a process may exit before it receives the signal.
    assert.ok(killedAfter.length >= total - 3, `${killedAfter.length} of ${total - 1} runs were killed`);
    for (const [kind, isOne] of Object.entries(KINDS)) {
      assert.ok(killedAfter.some(isOne), `no run was killed after ${kind}`);
    }
  });

  test("is complete if that request wrote the tag, although the process did not read the response", async (t) => {
    const { place, incomplete } = await start(t);
    const { store } = await place.sandbox.ecr.registry();
    let kill: (() => void) | undefined;
    const unwatch = store.watch(({ kind }) => {
      if (kind === "tag") kill?.();
    });
    const killed = await place.start(["apply"], { onStart: (child) => (kill = () => child.kill("SIGKILL")) });
    unwatch();
    assert.equal(killed.signal, "SIGKILL");
    assert.equal((await place.run(["apply"])).code, 0);
    assert.deepEqual(incomplete, []);
    await assertComplete(place);
  });
});
