import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";

import { incompleteTags } from "../../support/completeness.ts";
import { world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories: { tagMutability: IMMUTABLE }
mirrors:
  - image: redis:7
  - image: ruby:2.7.1-slim
    to: nomorelimit:ruby-2.7.1-slim
`;
const RUNS = 10;

/** Requests that Docker Hub counts for one whole apply: an index and four children for each of two images. */
const ONE_RUN = 10;

const TAGS = ["/v2/redis/manifests/7", "/v2/nomorelimit/manifests/ruby-2.7.1-slim"];

interface Together {
  codes: (number | null)[];
  /** How many runs had started when the first one ended: those could not know that there was nothing to do. */
  startedBlind: number;
}

/** Builds that start so long after each other. */
async function applyTogether(place: World, gapMilliseconds: number): Promise<Together> {
  let started = 0;
  let startedBlind: number | undefined;
  const runs = Array.from({ length: RUNS }, async (_, i) => {
    await delay(i * gapMilliseconds);
    started += 1;
    const { code } = await place.run(["apply"]);
    startedBlind ??= started;
    return code;
  });
  const codes = await Promise.all(runs);
  return { codes, startedBlind: startedBlind ?? RUNS };
}

async function start(context: TestContext): Promise<World> {
  const images = ["redis:7", "ruby:2.7.1-slim"];
  return world(context, { "mirrors.yaml": FILE }, { images, pullLimit: { limit: 1000, windowSeconds: 3600 } });
}

/** ECR refuses a second put of an immutable tag, an equal one too: mirrorform then reads it again, and is content. */
async function assertOnce(place: World, { codes }: Together): Promise<void> {
  assert.deepEqual(new Set(codes), new Set([0]));
  const { server, store } = await place.sandbox.ecr.registry();
  for (const tag of TAGS) {
    const puts = server.requests.filter(({ method, path }) => method === "PUT" && path === tag);
    const accepted = puts.filter(({ status }) => status === 201);
    assert.equal(accepted.length, 1, `${tag} is put once`);
    assert.ok(puts.length <= RUNS, `${puts.length} puts of ${tag} by ${RUNS} runs`);
    assert.ok(
      puts.every(({ status }) => status === 201 || status === 400 || status === 429),
      JSON.stringify(puts.map(({ status }) => status)),
    );
  }
  assert.deepEqual(incompleteTags(store), []);
}

describe("ten applies of one file against one empty target", () => {
  test("started at once all end well, and put each immutable tag once", async (t) => {
    const place = await start(t);
    await assertOnce(place, await applyTogether(place, 0));
    t.diagnostic(`${place.sandbox.dockerHub.counted} counted requests by ${RUNS} runs; one run makes ${ONE_RUN}`);
  });

  test("started one after the other find the work done, and cost what one run costs", async (t) => {
    const place = await start(t);
    const together = await applyTogether(place, 1000);
    await assertOnce(place, together);
    const { counted } = place.sandbox.dockerHub;
    t.diagnostic(`${counted} counted requests; ${together.startedBlind} of ${RUNS} runs began before the first ended`);
    // On a slow machine some begin before the first has ended, and no other.
    assert.ok(counted <= ONE_RUN * together.startedBlind, `${counted} counted requests`);
    assert.ok(counted >= ONE_RUN);
  });
});
