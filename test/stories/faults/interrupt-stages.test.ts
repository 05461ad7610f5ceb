import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { constants, open, type FileHandle } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { RecordedRequest, SandboxServer } from "../../../src/sandbox/http/server.ts";
import { run as command } from "../../support/command.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf, TWO_IMAGES } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

/** How long what hangs would hang: far longer than an end may take. */
const HELD_MILLISECONDS = 10_000;
const OPTIONS = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

interface Told {
  interrupted?: boolean;
  error?: { code: string };
  outcomes?: { result: string }[];
}

/** Stops the command when a request comes, and lets that request hang. */
function stopAt(server: SandboxServer, signal: NodeJS.Signals, isIt: (request: RecordedRequest) => boolean) {
  let child: ChildProcess | undefined;
  let isStopped = false;
  server.onRequest = (request) => {
    if (isStopped || !isIt(request)) return undefined;
    isStopped = true;
    child?.kill(signal);
    return { kind: "delay", milliseconds: HELD_MILLISECONDS };
  };
  return {
    onStart: (started: ChildProcess) => void (child = started),
    wasStopped: () => isStopped,
    release: () => void (server.onRequest = undefined),
  };
}

async function reportOf({ folder }: World): Promise<Told> {
  return JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as Told;
}

/** No tag is incomplete now, and one more apply makes everything whole. */
async function mends(place: World): Promise<void> {
  const { store } = await ecrOf(place);
  assert.deepEqual(incompleteTags(store), []);
  assert.equal((await place.run(["apply"])).code, 0);
  assert.deepEqual(incompleteTags(store), []);
  for (const name of ["redis", "nginx"]) assert.equal(store.repository(name)?.tags.size, 1, name);
}

/** Sends a signal to an apply whose report waits in front of a pipe until somebody reads it. @param then when it was heard */
function interruptAtReport(
  pipe: Awaited<ReturnType<typeof pipeIn>>,
  signal: NodeJS.Signals,
  then: (child: ChildProcess) => void,
): (child: ChildProcess) => void {
  return (child) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("Plan:")) void pipe.close();
      if (chunk.toString().includes("Apply:")) child.kill(signal);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("Interrupted: finishing what has started. Press Ctrl-C again to stop at once."))
        then(child);
    });
  };
}

/** What breaks when this fails: a job that is cancelled leaves no word of what it did, or half an image. */
describe("an apply that is stopped", { concurrency: 2 }, () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`by ${signal} while it looks tags up has changed nothing, and its report says so`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES, "report.json": "of last week" }, OPTIONS);
      const stop = stopAt(place.sandbox.dockerHub.registry, signal, ({ method }) => method === "HEAD");
      const begun = Date.now();
      const ran = await place.start(["apply", "--report", "report.json"], { onStart: stop.onStart });
      assert.ok(stop.wasStopped() && Date.now() - begun < HELD_MILLISECONDS, "it waits for nothing");
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      assert.match(ran.stderr, /INTERRUPTED[^]*before anything was changed/);
      assert.equal((await reportOf(place)).error?.code, "INTERRUPTED");
      assert.deepEqual((await ecrOf(place)).store.repositories.size, 0);
      stop.release();
      await mends(place);
    });

    test(`by ${signal} between the images of an index and its tag leaves no tag`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      let manifests = 0;
      const isSecond = ({ headers, method, path }: RecordedRequest) => {
        const isManifest =
          (headers["x-amz-target"] ?? "").endsWith(".PutImage") || /PUT .*\/manifests\//.test(`${method} ${path}`);
        return isManifest && ++manifests === 2;
      };
      const { api } = place.sandbox.ecr;
      const { server } = await ecrOf(place);
      const stop = stopAt(api, signal, isSecond);
      server.onRequest = api.onRequest;
      const ran = await place.start(["apply", "--only", "redis", "--report", "report.json"], { onStart: stop.onStart });
      assert.ok(stop.wasStopped());
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      const { interrupted, outcomes } = await reportOf(place);
      assert.equal(interrupted, true);
      assert.deepEqual(
        outcomes?.map(({ result }) => result),
        ["done", "interrupted"],
      );
      assert.equal((await ecrOf(place)).store.repository("redis")?.tags.size, 0);
      stop.release();
      server.onRequest = undefined;
      await mends(place);
    });

    test(`by ${signal} while it waits for the allowance says what is left, and does not wait on`, async (t) => {
      const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { ...OPTIONS, clock: () => new Date(now.ms) });
      place.sandbox.dockerHub.spend(93);
      const ran = await place.start(["apply", "--wait=2h", "--report", "report.json"], {
        onStart: (child) =>
          child.stderr?.on("data", (chunk: Buffer) => {
            if (chunk.toString().includes("Waiting for ")) child.kill(signal);
          }),
      });
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      const { interrupted, outcomes } = await reportOf(place);
      assert.equal(interrupted, true);
      const results = (outcomes ?? []).map(({ result }) => result);
      assert.ok(results.includes("done") && results.some((result) => result !== "done"), results.join());
      now.ms += 2 * 3_600_000;
      await mends(place);
    });
  }

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`by ${signal} ends so although something had failed by then`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      const { registry } = place.sandbox.dockerHub;
      const stop = stopAt(registry, signal, ({ method, path }) => method === "GET" && path.includes("nginx"));
      const stopping = registry.onRequest;
      const missing = { kind: "answer", answer: { status: 404, headers: {} } } as const;
      registry.onRequest = (request) => (request.path.includes("redis") ? missing : stopping?.(request));
      const ran = await place.start(["apply"], { onStart: stop.onStart });
      assert.ok(stop.wasStopped());
      assert.match(ran.stdout, /1 could not be read/);
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
    });

    test(`by ${signal} ends so although its mirror file turns out not to be valid`, async (t) => {
      const place = await world(t, {}, OPTIONS);
      const path = join(place.folder, "pipe.yaml");
      assert.equal((await command("mkfifo", [path])).code, 0);
      let child: ChildProcess | undefined;
      const running = place.start(["apply", "--file", "pipe.yaml"], { onStart: (started) => void (child = started) });
      const pipe = await open(path, "w");
      child?.kill(signal);
      await pipe.writeFile("version: 2\n");
      await pipe.close();
      const ran = await running;
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      assert.match(ran.stderr, /version/, "and what is wrong is told all the same");
    });
  }

  test("while its report is written still writes all of it", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    const pipe = await pipeIn(place);
    const ran = await place.start(["apply", "--report", "pipe"], {
      onStart: interruptAtReport(pipe, "SIGTERM", () => void pipe.read()),
    });
    assert.equal(ran.code, 143, ran.stderr);
    const { outcomes } = JSON.parse(await pipe.text()) as Told;
    assert.deepEqual(
      outcomes?.map(({ result }) => result),
      Array(4).fill("done"),
    );
    await mends(place);
  });

  test("twice leaves at once, whatever it is waiting for", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    const pipe = await pipeIn(place);
    const ran = await place.start(["apply", "--report", "pipe"], {
      // Nobody reads the pipe: without a second signal this would take for ever.
      onStart: interruptAtReport(pipe, "SIGINT", (child) => child.kill("SIGINT")),
    });
    // A shell tells that as 130.
    assert.deepEqual([ran.code, ran.signal], [null, "SIGINT"]);
    await mends(place);
  });
});

/** A named pipe, with somebody at its other end until it is closed: writing to it waits for a reader. */
async function pipeIn({ folder }: World) {
  const path = join(folder, "pipe");
  assert.equal((await command("mkfifo", [path])).code, 0);
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const held: FileHandle = await open(path, flags);
  let read: Promise<string> | undefined;
  return {
    close: () => held.close(),
    read: () => (read = readFile(path, "utf8")),
    text: () => read ?? Promise.resolve(""),
  };
}
