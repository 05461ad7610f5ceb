import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

describe("plan", { concurrency: 4 }, () => {
  test("writes text, Markdown, a summary and JSON from one run", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES, "summary.md": "before\n" }, IMAGES);
    const read = (name: string) => readFile(join(place.folder, name), "utf8");
    const args = ["--markdown", "plan.md", "--summary", "summary.md", "--json-out", "plan.json"];
    const { code, stdout } = await place.run(["plan", ...args]);
    assert.equal(code, 0);
    assert.match(stdout, /Plan: 4 to create/);
    assert.match(await read("plan.md"), /^<!-- mirrorform plan name=platform targets=main /);
    assert.equal(await read("summary.md"), `before\n${await read("plan.md")}`, "the summary is appended");
    const made = JSON.parse(await read("plan.json"));
    assert.equal(made.totals.create, 4);
    const answered = place.sandbox.dockerHub.registry.requests.filter(({ status }) => status === 200);
    assert.deepEqual(
      answered.map(({ method }) => method),
      ["HEAD", "HEAD"],
      "each image was looked up once",
    );
    assert.deepEqual(
      (await readdir(place.folder)).filter((name) => name.includes("tmp")),
      [],
    );
  });

  test("reports a file that cannot be written, and exits with 1", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
    const args = ["plan", "--out", "/dev/full", "--markdown", "plan.md"];
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 1);
    assert.match(stdout, /Plan: 4 to create/, "the plan is still printed");
    assert.match(
      await readFile(join(place.folder, "plan.md"), "utf8"),
      /4 to create/,
      "the other file is still written",
    );
    assert.match(stderr, /FILE_UNWRITABLE[^]*\/dev\/full[^]*the disk is full[^]*free some disk space/);
  });
});
