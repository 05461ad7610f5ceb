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
/** Select Graphic Rendition: color, bold, dim (ECMA-48, 8.3.117). */
const STYLED = new RegExp(`${ESCAPE}\\[[0-9;]*m`);
/** Sequences that move the cursor or erase text. They would garble a log. */
const REDRAWN = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-HJKfhl]`);

function on({ folder, sandbox }: World, line: string, environment: Record<string, string> = {}) {
  return onTerminal(`${CLI} ${line}`, {
    folder,
    environment: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...sandbox.environment, ...environment },
  });
}

describe("on a terminal", { skip: NO_SCRIPT, concurrency: 2 }, () => {
  for (const [what, environment, wanted] of [
    ["in color", {}, { styled: true, redrawn: true }],
    ["without color for NO_COLOR", { NO_COLOR: "1" }, { styled: false, redrawn: true }],
    ["in color for an empty NO_COLOR", { NO_COLOR: "" }, { styled: true, redrawn: true }],
    ["as lines if the terminal cannot redraw", { TERM: "dumb" }, { styled: false, redrawn: false }],
    ["as lines in CI", { CI: "1" }, { styled: false, redrawn: false }],
    ["as colored lines in CI for FORCE_COLOR", { CI: "1", FORCE_COLOR: "1" }, { styled: true, redrawn: false }],
  ] as const) {
    test(`plan and apply are shown ${what}`, async (t) => {
      const place = await world(t, FILES, IMAGES);
      // On a slow machine, standard error shows what the plan is reading.
      const plan = await on(place, "plan 2>/dev/null", environment);
      assert.equal(plan.code, 0, plan.shown);
      assert.match(plan.shown, /Plan: 4 to create/);
      assert.equal(STYLED.test(plan.shown), wanted.styled);
      assert.equal(REDRAWN.test(plan.shown), false, "a plan is written once");
      assert.match(plan.shown, /sha256:[0-9a-f]{12}…/);
      const apply = await on(place, "apply", environment);
      assert.equal(apply.code, 0, apply.shown);
      assert.match(apply.shown, /Apply: 4 done/);
      assert.equal(STYLED.test(apply.shown), wanted.styled, JSON.stringify(apply.shown));
      assert.equal(REDRAWN.test(apply.shown), wanted.redrawn);
    });
  }

  test("an apply is shown as lines if the terminal has no size", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { folder, sandbox } = place;
    const environment = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...sandbox.environment };
    const { code, shown } = await onTerminal(`${CLI} apply`, { folder, environment, sized: false });
    assert.equal(code, 0, shown);
    assert.match(shown, /done [^\n]*nginx:1 7\.9 kB/);
    assert.equal(REDRAWN.test(shown), false);
  });

  test("a Ctrl-C ends an apply with its report and 130", async (t) => {
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
    assert.match(shown, /Apply interrupted: [^\n]*interrupted/);
  });
});

describe("without a terminal", { concurrency: 2 }, () => {
  test("output has color only with FORCE_COLOR, and without NO_COLOR and --no-color", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const isStyled = async (args: string[], environment: Record<string, string>) =>
      STYLED.test((await place.run(["plan", ...args], { environment })).stdout);
    assert.equal(await isStyled([], {}), false);
    assert.equal(await isStyled([], { FORCE_COLOR: "1" }), true);
    assert.equal(await isStyled([], { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
    assert.equal(await isStyled(["--no-color"], { FORCE_COLOR: "1" }), false);
  });

  test("a closed output changes neither the result nor the exit code", async (t) => {
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
    assert.equal(store.repository("nginx")?.tags.size, 1, "the run continued without a reader");
    place.sandbox.dockerHub.registry.onRequest = undefined;
    assert.equal((await sh(`${CLI} apply >&- 2>&-`)).code, 0);
    assert.equal(store.repository("redis")?.tags.size, 1);
    assert.equal((await sh(`${CLI} plan --verbose 2>&1 >/dev/null | true`)).code, 0);
    assert.equal((await sh(`${CLI} plan --file none.yaml 2>&-`)).code, 3);
  });

  test("standard output on a full disk is an error, because the next command would read partial output", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const environment = { HOME: place.folder, NODE_COMPILE_CACHE: COMPILE_CACHE, ...place.sandbox.environment };
    const sh = (script: string) => command("sh", ["-c", script], { cwd: place.folder, env: environment });
    const { code, stderr } = await sh(`${CLI} uris --format dotenv > /dev/full`);
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*standard output[^]*the disk is full/);
    assert.equal((await sh(`${CLI} uris --target none --json > /dev/full`)).code, 3);
  });
});
