import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { systemClock, type Clock } from "../../../src/clock.ts";
import type { Store } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { runHere } from "../../support/in-process.ts";
import { world, type World } from "../../support/world.ts";

const NAMES = Array.from({ length: 12 }, (_, i) => `app${i + 1}`);
/** An index and four children. */
const PULLS_EACH = 5;

function mirrorFile(reserve: number, concurrency: number): string {
  const mirrors = NAMES.map((name) => `  - image: team/${name}:1\n    to: ${name}:1\n`);
  return `version: 1
name: platform
targets: { main: { oci: https://registry.example.com } }
sources: { docker.io: { reserve: ${reserve}, concurrency: ${concurrency} } }
mirrors:
${mirrors.join("")}`;
}

async function start(
  context: TestContext,
  left: number,
  reserve: number,
  concurrency: number,
): Promise<{ place: World; now: { ms: number } }> {
  const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
  const place = await world(
    context,
    { "mirrors.yaml": mirrorFile(reserve, concurrency) },
    {
      images: NAMES.map((name) => `team/${name}:1`),
      registries: ["registry.example.com"],
      imageOptions: { layers: 1, layerBytes: 64 },
      clock: () => new Date(now.ms),
    },
  );
  place.sandbox.dockerHub.spend(100 - left);
  return { place, now };
}

function targetOf({ sandbox }: World): Store {
  const registry = sandbox.registries.get("registry.example.com");
  assert.ok(registry !== undefined);
  return registry.store;
}

function mirrored(place: World): string[] {
  const store = targetOf(place);
  assert.deepEqual(incompleteTags(store), []);
  return NAMES.filter((name) => store.repository(name)?.tags.has("1"));
}

/** Applies once in each window until everything is done, at most five times. @returns the exit codes */
async function applyInWindows(place: World, now: { ms: number }): Promise<(number | null)[]> {
  const codes: (number | null)[] = [];
  while (codes.length < 5 && codes.at(-1) !== 0) {
    codes.push((await place.json(["apply"])).code);
    now.ms += 3_601_000;
  }
  return codes;
}

describe("an apply that reaches the pull limit", { concurrency: 2 }, () => {
  for (const concurrency of [1, 4, 32]) {
    test(`stops at the reserve with 4 at concurrency ${concurrency}, and finishes in the next window`, async (t) => {
      const [left, reserve] = [37, 6];
      const { place, now } = await start(t, left, reserve, concurrency);
      const { dockerHub } = place.sandbox;
      const others = dockerHub.counted;
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 4);
      const spent = dockerHub.counted - others;
      assert.ok(spent <= left - reserve, `${spent} counted requests`);
      assert.ok(spent >= left - reserve - 2 * PULLS_EACH, `only ${spent} of ${left - reserve} were used`);
      assert.deepEqual(
        dockerHub.registry.requests.filter(({ status }) => status === 429),
        [],
        "no request was refused",
      );
      const done = mirrored(place);
      const postponed = document.outcomes
        ?.filter(({ result }) => result === "postponed")
        .map(({ action }) => action.id);
      const rest = NAMES.filter((name) => !done.includes(name));
      assert.deepEqual(
        postponed,
        rest.map((name) => `copy-image main ${name}:1`),
      );
      assert.ok(rest.length > 0 && done.length > 0);

      now.ms += 3_601_000;
      assert.equal((await place.json(["apply"])).code, 0);
      assert.deepEqual(mirrored(place), NAMES);
      assert.equal(dockerHub.counted - others, NAMES.length * PULLS_EACH, "no manifest was pulled twice");
    });
  }

  test("lists what is postponed, and how many windows the plan takes", async (t) => {
    const { place } = await start(t, 20, 10, 3);
    const planned = await place.run(["plan"]);
    assert.match(
      planned.stdout,
      /at most 60 pulls; 20 of 100 pulls remaining .*, 10 reserved\. This takes about 2 windows\./,
    );
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 4);
    assert.match(stdout, /^Postponed: Docker Hub's pull limit is reached\.\n(?: {2}app\d+:1\n)* {2}app12:1\n/m);
    assert.match(stdout, /\d+ postponed/);
  });

  test("waits with --wait until pulls are available, and then finishes", async (t) => {
    const { place, now } = await start(t, 8, 0, 3);
    // The sandbox's clock moves to the next window at the first request after the limit is reached.
    let jumped = false;
    place.sandbox.dockerHub.registry.onRequest = () => {
      if (!jumped && place.sandbox.dockerHub.counted >= PULLS_EACH) {
        jumped = true;
        now.ms += 3_601_000;
      }
      return undefined;
    };
    const { code } = await place.json(["apply", "--wait=10m"]);
    assert.equal(code, 0);
    assert.deepEqual(mirrored(place), NAMES);
  });

  test("waits for no longer than --wait, while it plans and while it copies together", async (t) => {
    const { place, now } = await start(t, 100, 0, 4);
    const { dockerHub } = place.sandbox;
    // In 4 minutes, the first pull leaves the window: HEAD works again, but an image takes more than one pull.
    dockerHub.spend(1);
    now.ms += 56 * 60_000;
    dockerHub.spend(99);
    const began = now.ms;
    const clock: Clock = {
      now: () => now.ms,
      monotonic: () => now.ms - began,
      after: systemClock.after,
      sleep: async (milliseconds) => void (now.ms += milliseconds),
    };
    const args = ["apply", "--wait=6m", "--file", join(place.folder, "mirrors.yaml")];
    const { code, stderr } = await runHere(args, place.sandbox.environment, undefined, false, clock);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /tags cannot be looked up[^]*more needed/, "it waits in both phases");
    assert.equal((now.ms - began) / 60_000, 6);
  });

  test("copies an image with more manifests than the limit over several windows", async (t) => {
    const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
    const place = await world(
      t,
      { "mirrors.yaml": mirrorFile(0, 3).replace(/mirrors:[^]*/, "mirrors: [{ image: team/app1:1, to: app1:1 }]\n") },
      {
        images: ["team/app1:1"],
        registries: ["registry.example.com"],
        imageOptions: { layers: 1, layerBytes: 64 },
        pullLimit: { limit: 3, windowSeconds: 3600 },
        clock: () => new Date(now.ms),
      },
    );
    const codes: (number | null)[] = [];
    for (let run = 0; run < 4 && codes.at(-1) !== 0; run += 1) {
      codes.push((await place.json(["apply"])).code);
      now.ms += 3_601_000;
    }
    assert.deepEqual(codes, [4, 0]);
    const store = targetOf(place);
    assert.deepEqual(incompleteTags(store), []);
    assert.ok(store.repository("app1")?.tags.has("1"));
    // Each run reads the index; each child is read once.
    assert.equal(place.sandbox.dockerHub.counted, 4 + codes.length);
  });
});

describe("an apply at the pull limit ends with its report for", { concurrency: 2 }, () => {
  for (const left of [7, 18, 24, 27]) {
    test(`six images to two targets with ${left} remaining pulls`, async (t) => {
      const names = NAMES.slice(0, 6);
      const mirrors = names.map((name) => `  - { image: team/${name}:1, to: ${name}:1 }\n`).join("");
      const targets = "{ one: { oci: https://one.example.com }, two: { oci: https://two.example.com } }";
      const place = await world(
        t,
        { "mirrors.yaml": `version: 1\nname: platform\ntargets: ${targets}\nmirrors:\n${mirrors}` },
        {
          images: names.map((name) => `team/${name}:1`),
          imageOptions: { layers: 1, layerBytes: 64 },
          registries: ["one.example.com", "two.example.com"],
        },
      );
      const { dockerHub, registries } = place.sandbox;
      dockerHub.spend(100 - left);
      const others = dockerHub.counted;
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 4);
      assert.ok(dockerHub.counted - others <= left);
      const whole = Math.floor(left / PULLS_EACH);
      for (const { store } of registries.values()) {
        assert.deepEqual(incompleteTags(store), []);
        const mirroredHere = names.filter((name) => store.repository(name)?.tags.has("1"));
        assert.deepEqual(mirroredHere, names.slice(0, whole), "the first images of the file, at both targets");
      }
      assert.equal(document.outcomes?.filter(({ result }) => result === "postponed").length, 2 * (6 - whole));
    });
  }

  test("an image with 24 children and a limit of 10 pulls, in three windows", async (t) => {
    const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
    const platforms = Array.from({ length: 12 }, (_, i) => ({ os: "linux", architecture: `cpu${i}` }));
    const place = await world(
      t,
      { "mirrors.yaml": mirrorFile(0, 3).replace(/mirrors:[^]*/, "mirrors: [{ image: team/app1:1, to: app1:1 }]\n") },
      {
        images: ["team/app1:1"],
        registries: ["registry.example.com"],
        imageOptions: { layers: 1, layerBytes: 64, platforms },
        pullLimit: { limit: 10, windowSeconds: 3600 },
        clock: () => new Date(now.ms),
      },
    );
    const codes = await applyInWindows(place, now);
    assert.deepEqual(codes, [4, 4, 0]);
    assert.equal(place.sandbox.dockerHub.counted, 24 + codes.length);
    assert.deepEqual(incompleteTags(targetOf(place)), []);
  });
});

describe("an image with more manifests than the limit, for several targets,", () => {
  test("is postponed with 4 at all of them, and copied to all in a later window", async (t) => {
    const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
    const platforms = Array.from({ length: 12 }, (_, i) => ({ os: "linux", architecture: `cpu${i}` }));
    const targets = "{ one: { oci: https://one.example.com }, two: { oci: https://two.example.com } }";
    const place = await world(
      t,
      {
        "mirrors.yaml": `version: 1\nname: platform\ntargets: ${targets}\nmirrors: [{ image: team/app1:1, to: app1:1 }]\n`,
      },
      {
        images: ["team/app1:1"],
        registries: ["one.example.com", "two.example.com"],
        imageOptions: { layers: 1, layerBytes: 64, platforms },
        pullLimit: { limit: 10, windowSeconds: 3600 },
        clock: () => new Date(now.ms),
      },
    );
    const codes = await applyInWindows(place, now);
    assert.deepEqual(codes, [4, 4, 0]);
    for (const { store } of place.sandbox.registries.values()) {
      assert.deepEqual(incompleteTags(store), []);
      assert.ok(store.repository("app1")?.tags.has("1"));
    }
  });
});

describe("a digest that another repository or target has", () => {
  test("is copied from there without pulls, even if Docker Hub's blobs are unreachable", async (t) => {
    const file = (targets: string, mirrors: string) =>
      `version: 1\nname: platform\ntargets: { ${targets} }\nmirrors: [${mirrors}]\n`;
    const one = "{ image: team/app1:1, to: app1:1 }";
    const place = await world(
      t,
      { "mirrors.yaml": file("one: { ecr: { region: us-east-1 } }", one) },
      { images: ["team/app1:1"] },
    );
    const { dockerHub, ecr } = place.sandbox;
    assert.equal((await place.json(["apply"])).code, 0);
    const before = dockerHub.counted;
    await dockerHub.cdn.close();
    const targets = "one: { ecr: { region: us-east-1 } }, two: { ecr: { region: eu-west-1 } }";
    await writeFile(
      `${place.folder}/mirrors.yaml`,
      file(targets, `${one}, { image: team/app1:1, to: copies/app1:1, targets: [one] }`),
    );
    const planned = await place.run(["plan"]);
    assert.match(planned.stdout, /Docker Hub: no pulls/);
    const { code } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.equal(dockerHub.counted, before);
    const wanted = dockerHub.store.repository("team/app1")?.tags.get("1");
    for (const [region, name] of [
      ["us-east-1", "copies/app1"],
      ["eu-west-1", "app1"],
    ] as const) {
      const { store } = await ecr.registry("123456789012", region);
      assert.equal(store.repository(name)?.tags.get("1"), wanted);
      assert.deepEqual(incompleteTags(store), []);
    }
  });
});

describe("mirrorform quota", () => {
  test("shows the remaining pulls and whose they are, without a pull", async (t) => {
    const place = await world(
      t,
      { "mirrors.yaml": mirrorFile(0, 3) },
      { images: ["team/app1:1", "ratelimitpreview/test:latest"] },
    );
    const { code, stdout } = await place.run(["quota"]);
    assert.equal(code, 0);
    assert.equal(stdout, "Docker Hub: 100 of 100 pulls remaining in the 1-hour window (anonymous, 203.0.113.7).\n");
    assert.equal(place.sandbox.dockerHub.counted, 0);
  });

  test("shows that no pulls remain, although HEAD is refused then", async (t) => {
    const images = ["team/app1:1", "ratelimitpreview/test:latest"];
    const place = await world(t, { "mirrors.yaml": mirrorFile(0, 3) }, { images });
    place.sandbox.dockerHub.spend(100);
    const { code, stdout } = await place.run(["quota"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Docker Hub: 0 of 100 pulls remaining/);
  });
});

describe("a digest that the repository already has", () => {
  test("is tagged there without a pull", async (t) => {
    const file = (tags: string) =>
      `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: team/app1, tags: [${tags}], to: "app1:{tag}" }]\n`;
    const place = await world(t, { "mirrors.yaml": file("v1") }, { images: ["team/app1:v1"] });
    const { dockerHub } = place.sandbox;
    assert.equal((await place.json(["apply"])).code, 0);
    const source = dockerHub.store.repository("team/app1");
    const digest = source?.tags.get("v1");
    const manifest = digest === undefined ? undefined : source?.manifests.get(digest);
    assert.ok(source !== undefined && manifest !== undefined);
    dockerHub.store.putManifest(source, manifest, ["stable"]);
    const before = dockerHub.counted;
    await writeFile(`${place.folder}/mirrors.yaml`, file("v1, stable"));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.equal(dockerHub.counted, before);
    assert.deepEqual(
      document.outcomes?.map(({ result, pulls }) => [result, pulls]),
      [["done", 0]],
    );
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("app1")?.tags.get("stable"), digest);
  });
});

test("300 unchanged tags take no pulls and no writes", async (t) => {
  const tags = Array.from({ length: 300 }, (_, i) => `1.${i}`);
  const place = await world(
    t,
    {
      "mirrors.yaml": `version: 1
name: platform
targets: { main: { oci: https://registry.example.com } }
mirrors: [{ image: team/app, tags: [${tags.join(", ")}] }]
`,
    },
    {
      images: tags.map((tag) => `team/app:${tag}`),
      imageOptions: { form: "docker-manifest", layers: 1, layerBytes: 16 },
      registries: ["registry.example.com"],
      pullLimit: { limit: 1000, windowSeconds: 3600 },
    },
  );
  const { dockerHub, registries } = place.sandbox;
  assert.equal((await place.json(["apply"])).code, 0);
  assert.equal(dockerHub.counted, 300);
  const target = registries.get("registry.example.com");
  assert.ok(target !== undefined);
  const before = target.server.requests.length;
  assert.equal((await place.json(["apply"])).code, 0);
  assert.equal(dockerHub.counted, 300);
  assert.deepEqual(new Set(target.server.requests.slice(before).map(({ method }) => method)), new Set(["HEAD"]));
});
