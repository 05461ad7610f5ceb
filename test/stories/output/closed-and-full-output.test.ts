import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

test("an apply finishes if the reader of its output exits", async (t) => {
  const { sandbox, folder } = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: ["redis:7", "nginx:1"] });
  const child = spawn(process.execPath, [MAIN, "apply"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], HOME: folder, ...sandbox.environment },
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  const { store } = await sandbox.ecr.registry();
  assert.equal(store.repository("redis")?.tags.size, 1);
  assert.equal(store.repository("nginx")?.tags.size, 1);
});

test("--json prints one document on standard output even if planning is interrupted", async (t) => {
  const { sandbox, start } = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: ["redis:7", "nginx:1"] });
  let interrupt: (() => void) | undefined;
  sandbox.dockerHub.registry.onRequest = () => {
    interrupt?.();
    interrupt = undefined;
    return { kind: "delay", milliseconds: 2_000 };
  };
  const { code, stdout } = await start(["apply", "--json"], {
    onStart: (child) => (interrupt = () => child.kill("SIGTERM")),
  });
  assert.equal(code, 143);
  const { error } = JSON.parse(stdout) as { error: { code: string } };
  assert.equal(error.code, "INTERRUPTED");
});
