import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { runHere, type RanHere } from "../../support/in-process.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { settle } from "../../support/settle.ts";
import { serve, type Handler } from "../../registry/server.ts";

/** Runs a command with a hundred images of one registry, on a clock that jumps to the end of each wait. */
async function run(
  t: TestContext,
  command: string[],
  handler: Handler,
): Promise<RanHere & { minutes: number; requests: number }> {
  const server = await serve(t, handler);
  const folder = await mkdtemp(join(tmpdir(), "mirrorform-slow-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "mirrors.yaml");
  const images = Array.from({ length: 100 }, (_, i) => `  - { image: slow.example.com/app${i}:1, to: app${i}:1 }\n`);
  await writeFile(
    file,
    `version: 1\nname: platform\ntargets: { main: { layout: ./layout } }\n` +
      `sources: { slow.example.com: { endpoint: "${server.url.origin}" } }\nmirrors:\n${images.join("")}`,
  );
  const clock = movedClock();
  const began = clock.monotonic();
  const ran = await settle(clock, runHere([...command, "--file", file], {}, folder, false, clock));
  assert.ok(!(ran instanceof Error));
  return { ...ran, minutes: (clock.monotonic() - began) / 60_000, requests: server.seen.length };
}

const HINT = /hint: +check whether 127\.0\.0\.1:\d+ is overloaded or has an outage/;

test("a source that sends its challenge byte by byte does not hold up a plan", async (t) => {
  const planned = await run(t, ["plan"], (_request, response) => void response.writeHead(401).write("x"));
  assert.equal(planned.code, 1);
  assert.ok(planned.minutes < 6, `${planned.minutes} min`);
  assert.ok(planned.requests < 60, `${planned.requests} requests`);
});

test("a source that sends a token byte by byte does not hold up a plan, and the error says so", async (t) => {
  const planned = await run(t, ["plan"], ({ url, headers }, response) => {
    if (url.startsWith("/token")) return void response.writeHead(200).write("{");
    response.writeHead(401, { "www-authenticate": `Bearer realm="http://${headers.host}/token"` }).end();
  });
  assert.equal(planned.code, 1);
  assert.match(planned.stdout, /127\.0\.0\.1:\d+ sent only 1 byte of its answer in 90 s/);
  assert.match(planned.stdout, HINT);
  assert.ok(planned.minutes < 6, `${planned.minutes} min`);
});
