import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readFailure, startFailure, systemCodeOf, writeFailure, writeHint } from "../src/file-failure.ts";
import { folderWith } from "./support/mirrorform.ts";

const failed = (code: string) => Object.assign(new Error(`${code}: something`), { code });

describe("a failure of the file system is told in words", () => {
  test("for a file that cannot be read", async (t) => {
    const folder = await folderWith({ "a.txt": "" });
    t.after(() => folder.remove());
    const reasonOf = (path: string) => readFile(join(folder.path, path)).then(() => "", readFailure);
    assert.equal(await reasonOf("none"), "it does not exist");
    assert.equal(await reasonOf("."), "it is a folder");
    assert.equal(await reasonOf("a.txt/b"), "part of its path is not a folder");
    assert.equal(await reasonOf("x".repeat(300)), "its name is too long");
  });

  test("for a file that cannot be written, with what to do about it", async (t) => {
    const folder = await folderWith({});
    t.after(() => folder.remove());
    const told = (path: string) =>
      writeFile(join(folder.path, path), "").then(
        () => "",
        (error: unknown) => `${writeFailure(error)}: ${writeHint(error)}`,
      );
    assert.equal(
      await told("none/a.txt"),
      "its folder does not exist: create the folder first, or write to another one",
    );
    assert.equal(await told("."), "it is a folder: add the name of a file to the path");
    const full = await writeFile("/dev/full", "x").then(() => "", writeFailure);
    if (process.platform === "linux") assert.equal(full, "the disk is full");
  });

  test("for each code that has a hint, and with the code for those that are not known", () => {
    for (const code of ["EPERM", "EACCES", "EROFS", "ENOSPC", "EDQUOT", "ENXIO"]) {
      assert.doesNotMatch(`${writeFailure(failed(code))} ${writeHint(failed(code))}`, /\bE[A-Z]{3,}\b/);
      assert.notEqual(writeHint(failed(code)), undefined);
    }
    assert.equal(readFailure(failed("EWEIRD")), "the file system reported EWEIRD");
    assert.equal(readFailure(new Error("x")), "the file system reported an unknown error");
    assert.equal(writeHint(failed("EWEIRD")), undefined);
    assert.equal(systemCodeOf("x"), undefined);
  });

  test("for a program that cannot be started", async (t) => {
    const folder = await folderWith({ "no-program": "text" });
    t.after(() => folder.remove());
    await mkdir(join(folder.path, "folder"));
    await chmod(join(folder.path, "no-program"), 0o644);
    const reasonOf = async (command: string) => startFailure((await once(spawn(command), "error"))[0]);
    assert.equal(await reasonOf("no-such-program-here"), "it is not installed, or not in PATH");
    const path = join(folder.path, "no-program");
    assert.equal(await reasonOf(path), "it is not an executable file, or not in PATH");
  });
});
