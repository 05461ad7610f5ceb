import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openEventLog } from "../../../src/cli/output/event-log.ts";
import { refuseUnwritable } from "../../../src/cli/output/output-file.ts";
import { systemClock } from "../../../src/clock.ts";
import { folderWith } from "../../support/mirrorform.ts";

describe("a pipe without a reader", { skip: process.platform === "win32" ? "has no named pipes" : false }, () => {
  test("does not stop the process when it is checked in advance", async (t) => {
    const folder = await folderWith({});
    t.after(() => folder.remove());
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    await refuseUnwritable(path);
  });

  test("is refused as an event file, whose lines are written synchronously", async (t) => {
    const folder = await folderWith({});
    t.after(() => folder.remove());
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    assert.throws(() => openEventLog(path, { clock: systemClock, err: () => undefined }), { code: "FILE_UNWRITABLE" });
  });
});
