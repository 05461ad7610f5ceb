import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { run as command } from "../../support/command.ts";
import { COMPILE_CACHE } from "../../support/compile-cache.ts";
import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { CLI, NO_SCRIPT, onTerminal } from "../../support/terminal.ts";
import { world, type World } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
const FILES = { "mirrors.yaml": TWO_IMAGES };
const ESCAPE = "\u001b";
/** Select Graphic Rendition: colours, bold, dim (ECMA-48, 8.3.117). */
const DRESSED = new RegExp(`${ESCAPE}\\[[0-9;]*m`);
/** What moves the cursor or erases, so that a log would be a mess. */
const REDRAWN = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-HJKfhl]`);

function on({ folder, sandbox }: World, line: string, environment: Record<string, string> = {}) {
  return onTerminal(`${CLI} ${line}`, {
    folder,
    environment: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...sandbox.environment, ...environment },
  });
}

describe("on a terminal", { skip: NO_SCRIPT, concurrency: 2 }, () => {
  for (const [what, environment, wanted] of [
    ["in colour and with short digests", {}, { dressed: true, short: true, redrawn: true }],
    ["without colours for NO_COLOR", { NO_COLOR: "1" }, { dressed: false, short: true, redrawn: true }],
    ["in colour for an empty NO_COLOR", { NO_COLOR: "" }, { dressed: true, short: true, redrawn: true }],
    ["as lines where it cannot be drawn on", { TERM: "dumb" }, { dressed: false, short: false, redrawn: false }],
    ["as lines in CI", { CI: "1" }, { dressed: false, short: false, redrawn: false }],
    [
      "as lines in CI, in colour where that is asked for",
      { CI: "1", FORCE_COLOR: "1" },
      { dressed: true, short: false, redrawn: false },
    ],
  ] as const) {
    test(`plan and apply are shown ${what}`, async (t) => {
      const place = await world(t, FILES, IMAGES);
      const plan = await on(place, "plan", environment);
      assert.equal(plan.code, 0, plan.shown);
      assert.match(plan.shown, /Plan: 4 to create/);
      assert.equal(DRESSED.test(plan.shown), wanted.dressed);
      assert.equal(REDRAWN.test(plan.shown), false, "a plan is written once");
      assert.equal(/sha256:[0-9a-f]{12}…/.test(plan.shown), wanted.short);
      const apply = await on(place, "apply", environment);
      assert.equal(apply.code, 0, apply.shown);
      assert.match(apply.shown, /Apply: 4 done/);
      assert.equal(DRESSED.test(apply.shown), wanted.dressed, JSON.stringify(apply.shown));
      assert.equal(REDRAWN.test(apply.shown), wanted.redrawn);
    });
  }

  test("without a size an apply is shown as lines: nothing could be drawn", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { folder, sandbox } = place;
    const environment = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...sandbox.environment };
    const { code, shown } = await onTerminal(`${CLI} apply`, { folder, environment, sized: false });
    assert.equal(code, 0, shown);
    assert.match(shown, /done [^\n]*nginx:1 7\.9 kB/);
    assert.equal(REDRAWN.test(shown), false);
  });

  test("a Ctrl-C while an apply is drawn ends it with 130 and with its report", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { server } = await place.sandbox.ecr.registry();
    server.onRequest = ({ method }) => (method === "PUT" ? { kind: "delay", milliseconds: 10_000 } : undefined);
    const { code, shown } = await onTerminal(`${CLI} apply`, {
      folder: place.folder,
      environment: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...place.sandbox.environment },
      react: (text, type) => {
        if (text.includes("running")) type("\u0003");
      },
    });
    assert.equal(code, 130, shown);
    assert.match(shown, /Interrupted: [^\n]*interrupted/);
  });
});

describe("without a terminal", { concurrency: 2 }, () => {
  test("there is no colour, unless FORCE_COLOR asks for it and NO_COLOR and --no-color do not forbid it", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const isDressed = async (args: string[], environment: Record<string, string>) =>
      DRESSED.test((await place.run(["plan", ...args], { environment })).stdout);
    assert.equal(await isDressed([], {}), false);
    assert.equal(await isDressed([], { FORCE_COLOR: "1" }), true);
    assert.equal(await isDressed([], { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
    assert.equal(await isDressed(["--no-color"], { FORCE_COLOR: "1" }), false);
  });

  test("a reader that leaves, or was never there, changes neither what is done nor the exit code", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const environment = { HOME: place.folder, NODE_COMPILE_CACHE: COMPILE_CACHE, ...place.sandbox.environment };
    const sh = (script: string) => command("sh", ["-c", script], { cwd: place.folder, env: environment });
    fault(place.sandbox.dockerHub.registry, (request) => request.method === "GET" && isRedis(request), {
      status: 403,
      headers: {},
    });
    const { stdout } = await sh(`{ ${CLI} apply; echo $? > code; } | head -1`);
    assert.equal(stdout.split("\n").length, 2);
    assert.equal(await readFile(join(place.folder, "code"), "utf8"), "1\n");
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("nginx")?.tags.size, 1, "it went on without a reader");
    place.sandbox.dockerHub.registry.onRequest = undefined;
    assert.equal((await sh(`${CLI} apply >&- 2>&-`)).code, 0);
    assert.equal(store.repository("redis")?.tags.size, 1);
    assert.equal((await sh(`${CLI} plan --verbose 2>&1 >/dev/null | true`)).code, 0);
    assert.equal((await sh(`${CLI} plan --file none.yaml 2>&-`)).code, 3);
  });

  test("standard output on a full disk is an error: the next command would read half of it", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const environment = { HOME: place.folder, NODE_COMPILE_CACHE: COMPILE_CACHE, ...place.sandbox.environment };
    const sh = (script: string) => command("sh", ["-c", script], { cwd: place.folder, env: environment });
    const { code, stderr } = await sh(`${CLI} uris --format dotenv > /dev/full`);
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*standard output[^]*ENOSPC/);
    assert.equal((await sh(`${CLI} uris --target none --json > /dev/full`)).code, 3);
  });
});
