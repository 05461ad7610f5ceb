import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { constants, open, type FileHandle } from "node:fs/promises";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { RecordedRequest, SandboxServer } from "../../../src/sandbox/http/server.ts";
import { run as command } from "../../support/command.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf, TWO_IMAGES } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const OPTIONS = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

interface ReportFile {
  interrupted?: boolean;
  error?: { code: string };
  outcomes?: { result: string }[];
}

/** Sends a signal to the command at a matching request, and lets that request hang until `release`. */
function stopAt(server: SandboxServer, signal: NodeJS.Signals, isIt: (request: RecordedRequest) => boolean) {
  let child: ChildProcess | undefined;
  let isStopped = false;
  const hang = Promise.withResolvers<void>();
  server.onRequest = (request) => {
    if (isStopped || !isIt(request)) return undefined;
    isStopped = true;
    child?.kill(signal);
    return { kind: "wait", for: hang.promise };
  };
  return {
    onStart: (started: ChildProcess) => void (child = started),
    wasStopped: () => isStopped,
    release() {
      server.onRequest = undefined;
      hang.resolve();
    },
  };
}

async function reportOf({ folder }: World): Promise<ReportFile> {
  return JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as ReportFile;
}

/** Checks that no tag is incomplete, and that another apply copies everything. */
async function assertRecovers(place: World): Promise<void> {
  const { store } = await ecrOf(place);
  assert.deepEqual(incompleteTags(store), []);
  assert.equal((await place.run(["apply"])).code, 0);
  assert.deepEqual(incompleteTags(store), []);
  for (const name of ["redis", "nginx"]) assert.equal(store.repository(name)?.tags.size, 1, name);
}

/** Sends a signal to an apply that waits for a reader of its report. @param then called after its message about the signal */
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
      if (chunk.toString().includes("Interrupted: stopping mirrorform apply. Press Ctrl-C again to exit at once."))
        then(child);
    });
  };
}

/** If these fail, a cancelled job leaves no report, or a partial image. */
describe("an apply that is interrupted", { concurrency: 2 }, () => {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`by ${signal} while it looks up tags changes nothing, and its report says so`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES, "report.json": "an old report" }, OPTIONS);
      const stop = stopAt(place.sandbox.dockerHub.registry, signal, ({ method }) => method === "HEAD");
      const ran = await place.start(["apply", "--report", "report.json"], { onStart: stop.onStart });
      assert.ok(stop.wasStopped());
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      assert.match(ran.stderr, /INTERRUPTED[^]*before anything was changed/);
      assert.equal((await reportOf(place)).error?.code, "INTERRUPTED");
      assert.deepEqual((await ecrOf(place)).store.repositories.size, 0);
      stop.release();
      await assertRecovers(place);
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
      await assertRecovers(place);
    });

    test(`by ${signal} while it waits for pulls reports what is missing, and stops waiting`, async (t) => {
      const now = { ms: Date.parse("2026-11-21T12:00:00Z") };
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { ...OPTIONS, clock: () => new Date(now.ms) });
      place.sandbox.dockerHub.spend(93);
      const ran = await place.start(["apply", "--wait=2h", "--report", "report.json"], {
        onStart: (child) =>
          child.stderr?.on("data", (chunk: Buffer) => {
            if (chunk.toString().includes("Waiting for Docker Hub pulls")) child.kill(signal);
          }),
      });
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      const { interrupted, outcomes } = await reportOf(place);
      assert.equal(interrupted, true);
      const results = (outcomes ?? []).map(({ result }) => result);
      assert.ok(results.includes("done") && results.some((result) => result !== "done"), results.join());
      now.ms += 2 * 3_600_000;
      await assertRecovers(place);
    });
  }

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`by ${signal} exits with ${code} even if something has failed`, async (t) => {
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

    for (const args of [
      ["validate", "--file", "pipe"],
      ["apply", "--file", "pipe"],
      ["apply", "pipe"],
    ]) {
      for (const isOpen of [false, true]) {
        const pipe = isOpen ? "an open pipe" : "a pipe without a writer";
        const what = `by ${signal} while \`${args.join(" ")}\` reads ${pipe} exits with ${code}`;
        test(what, { skip: process.platform === "linux" ? false : "needs /proc" }, async (t) => {
          const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
          const path = join(place.folder, "pipe");
          assert.equal((await command("mkfifo", [path])).code, 0);
          let child: ChildProcess | undefined;
          const running = place.start(args, { onStart: (started) => void (child = started) });
          assert.ok(child?.pid !== undefined);
          await untilOpenIn(child.pid, path);
          const writer = isOpen ? await open(path, "w") : undefined;
          child.kill(signal);
          const ran = await running;
          await writer?.close();
          assert.equal(ran.code, code, ran.stdout + ran.stderr);
          assert.match(ran.stderr, new RegExp(`INTERRUPTED.*cannot run mirrorform ${args[0]}: interrupted`));
        });
      }
    }
  }

  test("while it writes its report still writes all of it", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    const pipe = await pipeIn(place);
    const ran = await place.start(["apply", "--report", "pipe"], {
      onStart: interruptAtReport(pipe, "SIGTERM", () => void pipe.read()),
    });
    assert.equal(ran.code, 143, ran.stderr);
    const { outcomes } = JSON.parse(await pipe.text()) as ReportFile;
    assert.deepEqual(
      outcomes?.map(({ result }) => result),
      Array(4).fill("done"),
    );
    await assertRecovers(place);
  });

  test("twice exits immediately", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    const pipe = await pipeIn(place);
    const ran = await place.start(["apply", "--report", "pipe"], {
      // The pipe has no reader, so without a second signal the run would wait forever.
      onStart: interruptAtReport(pipe, "SIGINT", (child) => child.kill("SIGINT")),
    });
    // A shell reports this as 130.
    assert.deepEqual([ran.code, ran.signal], [null, "SIGINT"]);
    await assertRecovers(place);
  });
});

/** Creates a named pipe with an open read end. After `close`, writing to the pipe waits for a reader. */
async function pipeIn({ folder }: World) {
  const path = join(folder, "pipe");
  assert.equal((await command("mkfifo", [path])).code, 0);
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const readEnd: FileHandle = await open(path, flags);
  let read: Promise<string> | undefined;
  return {
    close: () => readEnd.close(),
    read: () => (read = readFile(path, "utf8")),
    text: () => read ?? Promise.resolve(""),
  };
}

/** Waits until a process has opened a file. Leaves the CPU to that process between two looks. */
async function untilOpenIn(pid: number, path: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const opens = async (): Promise<boolean> => {
    const opened = (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => ""));
    return (await Promise.all(opened)).includes(await realpath(path));
  };
  while (!(await opens())) await sleep(10);
}
