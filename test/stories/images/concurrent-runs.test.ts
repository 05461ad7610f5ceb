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

/** Pulls of a complete apply: an index and four children for each of two images. */
const ONE_RUN = 10;

const TAGS = ["/v2/redis/manifests/7", "/v2/nomorelimit/manifests/ruby-2.7.1-slim"];

interface ConcurrentRuns {
  codes: (number | null)[];
  /** Number of runs that started before the first one ended. They cannot find the work done. */
  startedEarly: number;
}

/** Runs several applies, each started a number of milliseconds after the previous one. */
async function applyConcurrently(place: World, gapMilliseconds: number): Promise<ConcurrentRuns> {
  let started = 0;
  let startedEarly: number | undefined;
  const runs = Array.from({ length: RUNS }, async (_, i) => {
    await delay(i * gapMilliseconds);
    started += 1;
    const { code } = await place.run(["apply"]);
    startedEarly ??= started;
    return code;
  });
  const codes = await Promise.all(runs);
  return { codes, startedEarly: startedEarly ?? RUNS };
}

async function start(context: TestContext): Promise<World> {
  const images = ["redis:7", "ruby:2.7.1-slim"];
  return world(context, { "mirrors.yaml": FILE }, { images, pullLimit: { limit: 1000, windowSeconds: 3600 } });
}

/** Checks that each immutable tag was written once. ECR refuses a second write, even of the same digest; mirrorform then reads the tag. */
async function assertOnce(place: World, { codes }: ConcurrentRuns): Promise<void> {
  assert.deepEqual(new Set(codes), new Set([0]));
  const { server, store } = await place.sandbox.ecr.registry();
  for (const tag of TAGS) {
    const puts = server.requests.filter(({ method, path }) => method === "PUT" && path === tag);
    const accepted = puts.filter(({ status }) => status === 201);
    assert.equal(accepted.length, 1, `${tag} is written once`);
    const answered = puts.filter(({ status }) => status !== 429);
    assert.ok(answered.length <= RUNS, `${answered.length} puts of ${tag} by ${RUNS} runs`);
    assert.ok(
      puts.every(({ status }) => status === 201 || status === 400 || status === 429),
      JSON.stringify(puts.map(({ status }) => status)),
    );
  }
  assert.deepEqual(incompleteTags(store), []);
}

describe("ten applies of one file against one empty target", () => {
  test("succeed and write each immutable tag once, if all start at once", async (t) => {
    const place = await start(t);
    await assertOnce(place, await applyConcurrently(place, 0));
    t.diagnostic(`${place.sandbox.dockerHub.counted} counted requests by ${RUNS} runs; one run makes ${ONE_RUN}`);
  });

  test("use no more pulls than the runs that start before the first one ends", async (t) => {
    const place = await start(t);
    const runs = await applyConcurrently(place, 1000);
    await assertOnce(place, runs);
    const { counted } = place.sandbox.dockerHub;
    t.diagnostic(
      `${counted} counted requests; ${runs.startedEarly} of ${RUNS} runs started before the first one ended`,
    );
    // On a slow machine, several runs start before the first one ends.
    assert.ok(counted <= ONE_RUN * runs.startedEarly, `${counted} counted requests`);
    assert.ok(counted >= ONE_RUN);
  });
});
