import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";

import { incompleteTags } from "../support/completeness.ts";
import { world, type World } from "../support/world.ts";

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

/** Builds that start together: each waits so long before its apply. */
async function applyTogether(place: World, gapMilliseconds: number): Promise<number[]> {
  const runs = Array.from({ length: RUNS }, async (_, i) => {
    await delay(i * gapMilliseconds);
    return (await place.run(["apply"])).code ?? -1;
  });
  return Promise.all(runs);
}

async function start(context: TestContext): Promise<{ place: World; puts: string[] }> {
  const images = ["redis:7", "ruby:2.7.1-slim"];
  const place = await world(
    context,
    { "mirrors.yaml": FILE },
    { images, allowance: { limit: 1000, windowSeconds: 3600 } },
  );
  const { store } = await place.sandbox.ecr.registry();
  const puts: string[] = [];
  store.watch((change) => {
    if (change.kind === "tag") puts.push(`${change.repository}:${change.subject}`);
  });
  return { place, puts };
}

async function assertOnce(place: World, puts: readonly string[], codes: readonly number[]): Promise<void> {
  assert.deepEqual(new Set(codes), new Set([0]));
  assert.deepEqual(puts.toSorted(), ["nomorelimit:ruby-2.7.1-slim", "redis:7"], "no immutable tag is put twice");
  assert.deepEqual(incompleteTags((await place.sandbox.ecr.registry()).store), []);
}

describe("ten applies of one file against one empty target", () => {
  test("started at once all end well, and put each immutable tag once", async (t) => {
    const { place, puts } = await start(t);
    const codes = await applyTogether(place, 0);
    await assertOnce(place, puts, codes);
    t.diagnostic(`${place.sandbox.dockerHub.counted} counted requests by ${RUNS} runs; one run makes 10`);
  });

  test("started one after the other find the work done, and cost what one run costs", async (t) => {
    const { place, puts } = await start(t);
    const codes = await applyTogether(place, 1000);
    await assertOnce(place, puts, codes);
    t.diagnostic(`${place.sandbox.dockerHub.counted} counted requests by ${RUNS} runs; one run makes 10`);
    // A slow machine may start the second before the first has ended; ten times the cost would be no accident.
    assert.ok(place.sandbox.dockerHub.counted <= 20, `${place.sandbox.dockerHub.counted} counted requests`);
  });
});
