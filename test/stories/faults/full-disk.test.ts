import assert from "node:assert/strict";
import { mkdtemp, readdir, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { run } from "../../support/command.ts";
import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const IMAGES = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };

/** Mounts a disk of one page that has room only for file names. Returns undefined if mounting is not allowed. */
async function fullDisk(t: TestContext): Promise<string | undefined> {
  const path = await mkdtemp(join(tmpdir(), "mirrorform-full-"));
  const mounted = run("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", path]);
  const isMounted = await mounted.then(
    ({ code }) => code === 0,
    () => false,
  );
  t.after(async () => {
    if (isMounted) await run("umount", [path]);
    await rmdir(path);
  });
  if (!isMounted) return undefined;
  await writeFile(join(path, "rest"), Buffer.alloc(4096));
  return path;
}

/** If these fail, a later step reads a partial plan or an empty report. */
describe("on a full disk", () => {
  test("a plan that cannot be saved fails with the reason, and leaves no file", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
    const disk = await fullDisk(t);
    if (disk === undefined) return t.skip("mounting requires root");
    for (const option of ["--out", "--markdown", "--json-out"]) {
      const { code, stderr, stdout } = await place.run(["plan", option, join(disk, "plan")]);
      assert.equal(code, 1, stdout);
      assert.match(stderr, /FILE_UNWRITABLE[^]*\/plan[^]*the disk is full[^]*free some disk space/);
      assert.deepEqual(await readdir(disk), ["rest"], option);
    }
  });

  test("an apply finishes and prints its report, and fails because of the report file", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, IMAGES);
    const disk = await fullDisk(t);
    if (disk === undefined) return t.skip("mounting requires root");
    const { code, stdout, stderr } = await place.run(["apply", "--json", "--report", join(disk, "report.json")]);
    assert.equal(code, 1);
    assert.equal((JSON.parse(stdout) as { outcomes: object[] }).outcomes.length, 4, "one document with all outcomes");
    assert.match(stderr, /FILE_UNWRITABLE[^]*the disk is full/);
    assert.deepEqual(await readdir(disk), ["rest"]);
    const { store } = await place.sandbox.ecr.registry();
    assert.equal(store.repository("redis")?.tags.size, 1);
  });
});
