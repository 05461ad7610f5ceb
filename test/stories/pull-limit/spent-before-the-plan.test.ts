import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { systemClock, type Clock } from "../../../src/clock.ts";
import { runHere } from "../../support/in-process.ts";
import { fault, isRedis } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const NAMES = Array.from({ length: 6 }, (_, i) => `app${i + 1}`);
const WINDOW_MS = 3_601_000;

function mirrorFile(names: readonly string[], more = ""): string {
  const mirrors = names.map((name) => `  - { image: team/${name}:1, to: ${name}:1 }\n`).join("");
  return `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\n${more}mirrors:\n${mirrors}`;
}

/** Starts a sandbox with remaining pulls, by default none. */
async function start(t: TestContext, left = 0): Promise<{ place: World; now: { ms: number } }> {
  const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
  const place = await world(
    t,
    { "mirrors.yaml": mirrorFile(NAMES) },
    {
      images: [...NAMES.map((name) => `team/${name}:1`), "redis:7"],
      imageOptions: { layers: 1, layerBytes: 64 },
      clock: () => new Date(now.ms),
    },
  );
  place.sandbox.dockerHub.spend(100 - left);
  return { place, now };
}

function countOf(text: string, expression: RegExp): number {
  return [...text.matchAll(expression)].length;
}

describe("a pull limit that is spent before the plan", { concurrency: 2 }, () => {
  test("ends apply with 4, once in the first run and in each one until pulls are available", async (t) => {
    const { place, now } = await start(t, 12);
    const first = await place.json(["apply"]);
    assert.equal(first.code, 4);
    place.sandbox.dockerHub.spend(12);
    const second = await place.json(["apply"]);
    assert.equal(second.code, 4);
    assert.equal(second.document.plan?.complete, true);
    const rows = second.document.plan?.targets.flatMap((target) => target.rows) ?? [];
    assert.ok(rows.some(({ kind }) => kind === "postponed-image"));
    assert.ok(!rows.some(({ kind }) => kind === "failed-image"));
    now.ms += WINDOW_MS;
    assert.equal((await place.json(["apply"])).code, 0);
  });

  test("is told in one message, in the plan and in the report, however many images there are", async (t) => {
    const { place } = await start(t);
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 4);
    assert.equal(countOf(stdout, /Docker Hub's pull limit is reached/g), 2, stdout);
    assert.equal(countOf(stdout, /hint:/g), 2, "one in the plan and one in the report");
    assert.doesNotMatch(stdout, /Error PULL_LIMIT|Failed:/);
    assert.match(stdout, /^ {2}Not resolved: team\/app1:1, team\/app2:1, .*team\/app6:1$/m);
    assert.match(stdout, /^Postponed: Docker Hub's pull limit is reached\.\n {2}app1:1\n/m);
    assert.match(stdout, /6 postponed/);
    assert.match(stdout, /Run apply again to finish/);
  });

  test("comes with the same advice as one that is reached during the apply", async (t) => {
    const { place } = await start(t, 12);
    const during = await place.run(["apply"]);
    place.sandbox.dockerHub.spend(12);
    const before = await place.run(["apply"]);
    const hints = [during, before].flatMap(({ stdout }) => stdout.match(/hint: .*/g) ?? []);
    assert.equal(hints.length, 3, "one in the first report, and two of the second run");
    assert.deepEqual(new Set(hints).size, 1, hints.join("\n"));
    assert.match(hints[0] ?? "", /sign in .* `apply --wait`/);
  });

  test("leaves images under the heading that the totals count them by", async (t) => {
    const { place } = await start(t, 100);
    assert.equal((await place.run(["apply"])).code, 0);
    place.sandbox.dockerHub.spend(100);
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Not checked, stay as they are:\n(?: {2}\S+app\d:1\n){6}/m);
    assert.doesNotMatch(stdout, /^Unchanged:/m);
    assert.match(stdout, /6 not checked, 0 unchanged/);
  });

  test("ends plan with 0, and the plan says what could not be resolved", async (t) => {
    const { place } = await start(t);
    const { code, stdout } = await place.run(["plan", "--markdown", "plan.md"]);
    assert.equal(code, 0);
    assert.match(stdout, /6 not resolved/);
    assert.equal(countOf(stdout, /pull limit is reached/g), 1, stdout);
    assert.doesNotMatch(stdout, /incomplete/);
    assert.equal((await place.run(["plan", "--detailed-exitcode"])).code, 2, "the target lacks the images");
  });

  test("does not keep a saved plan from being applied", async (t) => {
    const { place, now } = await start(t);
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    assert.equal((await place.run(["apply", "plan.json"])).code, 4);
    now.ms += WINDOW_MS;
    const { code, stdout } = await place.run(["apply", "plan.json"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /not in the saved plan/);
  });

  test("ends apply with 1 if something else failed too", async (t) => {
    const { place } = await start(t);
    await writeFile(join(place.folder, "mirrors.yaml"), `${mirrorFile(NAMES)}  - image: redis:7\n`);
    fault(place.sandbox.dockerHub.registry, isRedis, { status: 404, headers: {} });
    assert.equal((await place.run(["apply"])).code, 1);
    assert.equal((await place.run(["plan"])).code, 1);
  });

  test("is also the reason why tags cannot be listed for a tag rule", async (t) => {
    const { place } = await start(t);
    const rule = "  - { image: redis, tags: { match: '7' } }\n";
    await writeFile(join(place.folder, "mirrors.yaml"), mirrorFile([]) + rule);
    fault(place.sandbox.dockerHub.registry, ({ path }) => path.includes("tags"), {
      status: 429,
      headers: { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "0;w=3600" },
      body: '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}',
    });
    place.sandbox.dockerHub.catalogue.onRequest = () => ({ kind: "answer", answer: { status: 404, headers: {} } });
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 4, stdout);
    assert.match(stdout, /Not resolved: tags of redis/);
    assert.equal((await place.run(["plan"])).code, 0);
  });

  test("is waited for with --wait, and ends with 4 if the wait was too short", async (t) => {
    const { place, now } = await start(t);
    const slept: number[] = [];
    const clock: Clock = {
      now: () => now.ms,
      monotonic: () => now.ms,
      after: systemClock.after,
      sleep: (milliseconds) => {
        slept.push(milliseconds);
        now.ms += milliseconds;
        return Promise.resolve();
      },
    };
    const apply = (wait: string) => {
      const args = ["apply", wait, "--file", join(place.folder, "mirrors.yaml")];
      return runHere(args, place.sandbox.environment, place.folder, false, clock);
    };
    const short = await apply("--wait=10s");
    assert.equal(short.code, 4, short.stdout);
    assert.deepEqual(slept, [10_000], "waits as long as it may");
    assert.equal(countOf(short.stderr, /Waiting for Docker Hub pulls/g), 1);
    const long = await apply("--wait=2h");
    assert.equal(long.code, 0, long.stdout);
    assert.equal((await place.run(["plan"])).stdout.includes("6 images match"), true);
  });
});
