import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { layoutFaults, layoutsIn } from "../support/layout-faults.ts";
import { imageOf, putImage, targetIn, temporaryFolder } from "./support/layouts.ts";

const WRITER = fileURLToPath(new URL("support/endless-writer.ts", import.meta.url));

/** When to kill the writer, in milliseconds after the first image. Spread over the time for a few more images. */
const INSTANTS = [0, 3, 7, 12, 18, 25, 33, 47];

test("kill -9 at any time leaves valid layouts, and the next run resumes from them", async (t) => {
  const base = await temporaryFolder(t);
  for (const [i, instant] of INSTANTS.entries()) {
    const child = spawn(process.execPath, [WRITER, base, String(i * 1_000)], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    await Promise.race([once(child.stdout, "data"), ended]);
    await wait(instant);
    assert.equal(child.exitCode, null, "the writer runs until it is killed");
    child.kill("SIGKILL");
    await ended;
    assert.deepEqual(layoutFaults(join(base, "mirror")), [], `killed after ${instant} ms`);
  }
  await putImage(targetIn(base), "r0", "last", imageOf("last:1"));
  assert.deepEqual(layoutFaults(join(base, "mirror")), []);
  assert.ok(layoutsIn(join(base, "mirror")).get("r0")?.has("last"));
});
