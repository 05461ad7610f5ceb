import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
const FILES = { "mirrors.yaml": TWO_IMAGES };

describe("apply", { concurrency: 4 }, () => {
  test("writes its report to a file, and prints it as text", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { code, stdout } = await place.run(["apply", "--report", "report.json"]);
    assert.equal(code, 0);
    assert.match(stdout, /Apply: 4 done/);
    const report = JSON.parse(await readFile(join(place.folder, "report.json"), "utf8"));
    assert.deepEqual(
      report.outcomes.map(({ result }: { result: string }) => result),
      Array(4).fill("done"),
    );
    assert.equal(report.plan.totals.create, 4);
  });

  test("writes its report even if something failed", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const refused = { status: 403, headers: {} };
    fault(place.sandbox.dockerHub.registry, (request) => request.method === "GET" && isRedis(request), refused);
    const { code } = await place.run(["apply", "--report", "report.json"]);
    assert.equal(code, 1);
    const report = JSON.parse(await readFile(join(place.folder, "report.json"), "utf8"));
    const failed = report.outcomes.filter(({ result }: { result: string }) => result === "failed");
    assert.deepEqual(
      failed.map(({ error }: { error: { code: string } }) => error.code),
      ["DENIED"],
    );
  });

  test("refuses a report file that it cannot write, before it changes anything", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { code, stderr } = await place.run(["apply", "--report", "no/report.json"]);
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*no\/report\.json/);
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("redis"), undefined);
  });

  test("writes events as they happen: the version first, then each event with its time", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { code } = await place.run(["apply", "--events", "events.ndjson"]);
    assert.equal(code, 0);
    const text = await readFile(join(place.folder, "events.ndjson"), "utf8");
    const [first, ...events] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; at: string; action?: string; outcome?: string });
    assert.equal(first?.type, "version");
    assert.ok(events.every(({ at }) => new Date(at).toISOString() === at));
    const finished = events.filter(({ type }) => type === "action.finished");
    assert.equal(finished.length, 4);
    assert.ok(finished.every(({ outcome }) => outcome === "done"));
    for (const { action } of finished) {
      const own = events.filter((event) => event.action === action).map(({ type }) => type);
      assert.equal(own[0], "action.started");
      assert.equal(own.at(-1), "action.finished");
    }
  });

  test("continues if the disk is full while it writes events, and reports it once", async (t) => {
    const place = await world(t, FILES, IMAGES);
    const { code, stderr, stdout } = await place.run(["apply", "--events", "/dev/full"]);
    assert.equal(code, 0);
    assert.match(stdout, /Apply: 4 done/);
    assert.equal(stderr.match(/no longer written/g)?.length, 1);
  });
});
