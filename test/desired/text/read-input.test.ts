import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readInput } from "../../../src/desired/text/read-input.ts";
import { folderWith } from "../../support/mirrorform.ts";

const PIPES = process.platform === "linux" ? false : "needs named pipes as in Linux";

async function pipe(t: TestContext): Promise<string> {
  const folder = await folderWith({});
  t.after(() => folder.remove());
  const path = join(folder.path, "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

describe("an input file is read", () => {
  test("to its end, or not at all if it is too large", async (t) => {
    const folder = await folderWith({ "a.txt": "12345" });
    t.after(() => folder.remove());
    const path = join(folder.path, "a.txt");
    assert.equal(text(await readInput(path, 0, 5, undefined)), "12345");
    assert.equal(await readInput(path, 0, 4, undefined), undefined);
  });

  test("from a pipe whose writer comes later", { skip: PIPES }, async (t) => {
    const path = await pipe(t);
    const read = readInput(path, 0, 5, undefined);
    await writeFile(path, "12345");
    assert.equal(text(await read), "12345");
    const tooLarge = readInput(path, 0, 4, undefined);
    await writeFile(path, "12345").catch(() => undefined);
    assert.equal(await tooLarge, undefined);
  });

  test("from a pipe only until the signal is aborted", { skip: PIPES }, async (t) => {
    const path = await pipe(t);
    const stop = new AbortController();
    const read = readInput(path, 0, 5, stop.signal);
    stop.abort(new Error("stopped"));
    await assert.rejects(read, /stopped/);
    await assert.rejects(readInput(path, 0, 5, AbortSignal.abort(new Error("stopped before"))), /stopped before/);
  });

  test("or the error of the file system is thrown", async () => {
    await assert.rejects(readInput("/nonexistent/file", 0, 5, undefined), { code: "ENOENT" });
    await assert.rejects(readInput("/", 0, 5, undefined), { code: "EISDIR" });
  });
});
