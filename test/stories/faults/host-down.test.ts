import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { systemClock, type Clock } from "../../../src/clock.ts";
import type { Fault } from "../../../src/sandbox/http/server.ts";
import { runHere, type RanHere } from "../../support/in-process.ts";
import { world, type World } from "../../support/world.ts";

const NAMES = Array.from({ length: 100 }, (_, i) => `app${i + 1}`);
const TARGET = "registry.example.com";

async function start(t: TestContext): Promise<World> {
  const mirrors = NAMES.map((name) => `  - { image: team/${name}:1, to: ${name}:1 }\n`).join("");
  const file = `version: 1\nname: platform\ntargets: { main: { oci: https://${TARGET} } }\nmirrors:\n${mirrors}`;
  return world(
    t,
    { "mirrors.yaml": file },
    {
      images: NAMES.map((name) => `team/${name}:1`),
      registries: [TARGET],
      imageOptions: { layers: 1, layerBytes: 64 },
      pullLimit: { limit: 100_000, windowSeconds: 3600 },
    },
  );
}

/** Runs a command on a clock that jumps over each wait. */
async function run({ folder, sandbox }: World, command: string): Promise<RanHere & { waited: number }> {
  let waited = 0;
  const clock: Clock = {
    now: () => Date.now() + waited,
    monotonic: () => performance.now() + waited,
    after: systemClock.after,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waited += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const args = [command, "--verbose", "--file", join(folder, "mirrors.yaml")];
  return { ...(await runHere(args, sandbox.environment, folder, false, clock)), waited };
}

/** Lets a registry work until it has received 50 puts. */
function afterPuts(fault: Fault): (request: { method: string }) => Fault | undefined {
  let puts = 0;
  return ({ method }) => {
    if (method === "PUT") puts += 1;
    return puts > 50 ? fault : undefined;
  };
}

/** Counts the requests without an answer. */
function unanswered({ stderr }: RanHere): number {
  return [...stderr.matchAll(/ no response /g)].length;
}

/** Counts the answers with a status. */
function answersOf({ stderr }: RanHere, status: number): number {
  return [...stderr.matchAll(new RegExp(` ${status} \\d+ ms`, "g"))].length;
}

describe("a host that is down gets a few requests, not some for each image:", () => {
  test("a source during a plan", async (t) => {
    const place = await start(t);
    await place.sandbox.dockerHub.registry.close();
    const planned = await run(place, "plan");
    assert.equal(planned.code, 1);
    assert.match(planned.stdout, /100 could not be read/);
    assert.ok(unanswered(planned) < 80, `${unanswered(planned)} requests`);
  });

  for (const [what, status] of [
    ["fails", 500],
    ["is behind a gateway that does not reach it", 502],
  ] as const) {
    test(`a source that ${what} (${status}) during a plan`, async (t) => {
      const place = await start(t);
      place.sandbox.dockerHub.registry.onRequest = () => ({ kind: "answer", answer: { status, headers: {} } });
      const planned = await run(place, "plan");
      assert.equal(planned.code, 1);
      assert.match(planned.stdout, /100 could not be read/);
      assert.ok(answersOf(planned, status) < 80, `${answersOf(planned, status)} requests`);
    });
  }

  test("a source whose token server fails (504) during a plan", async (t) => {
    const place = await start(t);
    place.sandbox.dockerHub.auth.onRequest = () => ({ kind: "answer", answer: { status: 504, headers: {} } });
    const planned = await run(place, "plan");
    assert.equal(planned.code, 1);
    assert.ok(answersOf(planned, 504) < 80, `${answersOf(planned, 504)} requests`);
  });

  test("a source that is down (502) during an apply", async (t) => {
    const place = await start(t);
    let reads = 0;
    place.sandbox.dockerHub.registry.onRequest = ({ method }) => {
      if (method === "GET") reads += 1;
      return reads > 50 ? { kind: "answer", answer: { status: 502, headers: {} } } : undefined;
    };
    const applied = await run(place, "apply");
    assert.equal(applied.code, 1);
    assert.ok(answersOf(applied, 502) < 150, `${answersOf(applied, 502)} requests`);
  });

  test("a source with an outage (503) that its gateway answers with 502 at times", async (t) => {
    const place = await start(t);
    let requests = 0;
    place.sandbox.dockerHub.registry.onRequest = () => {
      requests += 1;
      return { kind: "answer", answer: { status: requests % 3 === 0 ? 502 : 503, headers: {} } };
    };
    const planned = await run(place, "plan");
    assert.equal(planned.code, 1);
    assert.ok(requests < 200, `${requests} requests`);
  });

  test("a target during a plan", async (t) => {
    const place = await start(t);
    await place.sandbox.registries.get(TARGET)?.server.close();
    const planned = await run(place, "plan");
    assert.equal(planned.code, 1);
    assert.ok(unanswered(planned) < 80, `${unanswered(planned)} requests`);
  });

  test("a target that goes down during an apply", async (t) => {
    const place = await start(t);
    const registry = place.sandbox.registries.get(TARGET);
    assert.ok(registry !== undefined);
    registry.server.onRequest = afterPuts({ kind: "cut" });
    const applied = await run(place, "apply");
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /\d+ failed/);
    assert.ok(unanswered(applied) < 150, `${unanswered(applied)} requests`);
  });

  test("a target with an outage (503) during an apply", async (t) => {
    const place = await start(t);
    const registry = place.sandbox.registries.get(TARGET);
    assert.ok(registry !== undefined);
    registry.server.onRequest = afterPuts({ kind: "answer", answer: { status: 503, headers: {} } });
    const applied = await run(place, "apply");
    assert.equal(applied.code, 1);
    assert.ok(answersOf(applied, 503) < 250, `${answersOf(applied, 503)} requests`);
    assert.ok(applied.waited < 3_600_000, `${applied.waited} ms`);
  });
});
