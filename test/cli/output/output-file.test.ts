import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { openEventLog } from "../../../src/cli/output/event-log.ts";
import { refuseUnwritable } from "../../../src/cli/output/output-file.ts";
import { systemClock } from "../../../src/clock.ts";
import { run } from "../../support/command.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { TWO_IMAGES } from "../../support/scenario.ts";
import { CLI } from "../../support/terminal.ts";
import { world } from "../../support/world.ts";

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
    await assert.rejects(openEventLog(path, { clock: systemClock, err: () => undefined }), { code: "FILE_UNWRITABLE" });
  });
});

const VALID = `
version: 1
name: files
targets: { main: { layout: ./mirror } }
sources: { docker.io: { layout: ./images } }
mirrors: [{ image: "redis:7", to: "team/redis:7" }]
`;
const INVALID = "version: 1\n";

/** Every option and variable that names an output file. {} is the file. */
const OUTPUTS = [
  ["plan --out {}", VALID],
  ["plan --json-out {}", VALID],
  ["plan --markdown {}", VALID],
  ["plan --summary {}", VALID],
  ["apply --report {}", VALID],
  ["apply --events {}", VALID],
  ["apply --report {}", INVALID],
  ["validate --code-quality {}", INVALID],
  ["init redis:7 --file {}", VALID],
  ["plan MIRRORFORM_LOG={}", VALID],
] as const;

interface Place {
  /** The working folder, as a pull request leaves it. */
  checkout: string;
  /** A folder next to it. */
  outside: string;
  write(command: string, file: string, folder?: string): Promise<{ code: number | null; all: string }>;
}

async function checkout(t: TestContext, mirrors: string): Promise<Place> {
  const folder = await folderWith({ "checkout/mirrors.yaml": mirrors, "outside/kept": "kept\n" });
  t.after(() => folder.remove());
  const path = join(folder.path, "checkout");
  return {
    checkout: path,
    outside: join(folder.path, "outside"),
    async write(command, file, below = ".") {
      const words = command.replace("{}", file).split(" ");
      const environment = Object.fromEntries(words.filter((word) => word.includes("=")).map((word) => word.split("=")));
      const args = words.filter((word) => !word.includes("="));
      const { code, stdout, stderr } = await resident(args, { folder: join(path, below), environment });
      return { code, all: stdout + stderr };
    },
  };
}

/** If these fail, a pull request makes a job write to any file of its user. */
describe("an output file", { concurrency: 4, skip: process.platform === "win32" ? "has no links" : false }, () => {
  for (const [command, mirrors] of OUTPUTS) {
    const name = command.replace("{}", mirrors === INVALID ? "FILE (invalid)" : "FILE");
    test(`of ${name} is not written through a link in the working folder`, async (t) => {
      const place = await checkout(t, mirrors);
      await symlink("../outside/kept", join(place.checkout, "file"));
      const { all } = await place.write(command, "file");
      assert.match(all, /symbolic link|already exists/);
      assert.match(all, /hint: /);
      assert.equal(await readFile(join(place.outside, "kept"), "utf8"), "kept\n");
      assert.ok((await lstat(join(place.checkout, "file"))).isSymbolicLink());
    });

    test(`of ${name} is not written through a link that leads to no file yet`, async (t) => {
      const place = await checkout(t, mirrors);
      await symlink("../outside/new", join(place.checkout, "file"));
      await place.write(command, "./file");
      assert.deepEqual(await readdir(place.outside), ["kept"]);
    });

    test(`of ${name} is not written through a link to a folder`, async (t) => {
      const place = await checkout(t, mirrors);
      await mkdir(join(place.checkout, "a"));
      await symlink("../../outside", join(place.checkout, "a/b"));
      for (const path of ["a/b/file", join(place.checkout, "a/b/file"), "a/../a/b/file", "./a//b/kept"]) {
        const { all } = await place.write(command, path);
        assert.match(all, /a\/b is a symbolic link/, path);
        assert.match(all, /hint: replace the link with a folder/);
      }
      assert.deepEqual(await readdir(place.outside), ["kept"]);
      assert.equal(await readFile(join(place.outside, "kept"), "utf8"), "kept\n");
    });
  }

  test("of a relative path that leads up is not written through a link", async (t) => {
    const place = await checkout(t, VALID);
    await mkdir(join(place.checkout, "infra"));
    await symlink("../outside", join(place.checkout, "out"));
    const { all } = await place.write("init redis:7 --file {}", "../out/file", "infra");
    assert.match(all, /\.\.\/out is a symbolic link/);
    assert.deepEqual(await readdir(place.outside), ["kept"]);
  });

  test("of an absolute path that enters the working folder through a link outside is not written through a link in it", async (t) => {
    const place = await checkout(t, VALID);
    await mkdir(join(place.checkout, "a"));
    await symlink("../outside/kept", join(place.checkout, "file"));
    await symlink("../../outside/kept", join(place.checkout, "a/file"));
    await symlink("../outside", join(place.checkout, "b"));
    await symlink("checkout", join(place.checkout, "../here"));
    await symlink("checkout/a", join(place.checkout, "../below"));
    for (const path of ["here/file", "here/a/file", "here/b/new", "below/file", "outside/../here/file"]) {
      const { all } = await place.write("plan --out {}", join(place.checkout, "..") + `/${path}`);
      assert.match(all, /is a symbolic link/, path);
    }
    await place.write("plan --out {}", join(place.checkout, "../below/new"));
    assert.match(await readFile(join(place.checkout, "a/new"), "utf8"), /^\{/);
    assert.deepEqual(await readdir(place.outside), ["kept"]);
    assert.equal(await readFile(join(place.outside, "kept"), "utf8"), "kept\n");
  });

  test("cannot be a folder", async (t) => {
    const place = await checkout(t, VALID);
    await mkdir(join(place.checkout, "a"));
    await symlink("a", join(place.checkout, "b"));
    for (const path of [".", "./", "a", "a/", "a/..", "..", place.checkout, "b/"]) {
      for (const option of ["--out", "--summary"]) {
        const { code, all } = await place.write(`plan ${option} {}`, path);
        assert.equal(code, 1);
        assert.match(all, /FILE_UNWRITABLE.*(?:it is a folder|symbolic link)/, path);
      }
    }
    assert.deepEqual((await readdir(place.checkout)).toSorted(), ["a", "b", "mirrors.yaml"]);
  });

  test("of lock is not written through a link to a folder", async (t) => {
    const place = await world(t, { "outside/mirrors.yaml": TWO_IMAGES }, { images: ["redis:7", "nginx:1"] });
    await symlink("outside", join(place.folder, "inside"));
    const { code, stderr } = await place.run(["lock", "--file", "inside/mirrors.yaml"]);
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*inside is a symbolic link/);
    assert.deepEqual(await readdir(join(place.folder, "outside")), ["mirrors.yaml"]);
    assert.equal((await place.run(["lock", "--file", "outside/mirrors.yaml"])).code, 0);
  });

  test("that the operator names by an absolute path elsewhere can be a link, and the link stays", async (t) => {
    const place = await checkout(t, VALID);
    const link = join(place.outside, "link");
    await symlink("kept", link);
    for (const option of ["--out", "--summary", "--markdown"]) {
      const { code, all } = await place.write(`plan ${option} {}`, link);
      assert.equal(code, 1, all);
      assert.doesNotMatch(all, /FILE_UNWRITABLE/);
      assert.ok((await lstat(link)).isSymbolicLink());
      assert.match(await readFile(join(place.outside, "kept"), "utf8"), /LAYOUT_FILE|redis/);
    }
    assert.deepEqual((await readdir(place.outside)).toSorted(), ["kept", "link"], "no temporary file is left");
  });

  test("keeps its permissions when it is replaced", async (t) => {
    const place = await checkout(t, VALID);
    const file = join(place.checkout, "plan.json");
    await writeFile(file, "before");
    await chmod(file, 0o600);
    await place.write("plan --out {}", "plan.json");
    assert.match(await readFile(file, "utf8"), /^\{/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  test("that is a pipe in the working folder is written, and stays a pipe", async (t) => {
    const place = await checkout(t, VALID);
    execFileSync("mkfifo", [join(place.checkout, "pipe")]);
    const reading = run("cat", ["pipe"], { cwd: place.checkout });
    await mirrorform(["plan", "--out", "pipe"], { folder: place.checkout, environment: {} });
    assert.match((await reading).stdout, /^\{[^]*\}\n$/);
    assert.ok((await lstat(join(place.checkout, "pipe"))).isFIFO());
  });

  for (const name of ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"]) {
    for (const sink of ["> all", "| cat > all"]) {
      test(`that is ${name} follows what is printed in ${sink}`, async (t) => {
        if (process.platform !== "linux" && name.startsWith("/proc")) return t.skip("has no /proc");
        const place = await checkout(t, VALID);
        await writeFile(join(place.checkout, "all"), "");
        await run("sh", ["-c", `${CLI} plan --out ${name} --summary ${name} ${sink}`], {
          cwd: place.checkout,
          env: { PATH: process.env["PATH"], HOME: place.checkout },
        });
        const all = await readFile(join(place.checkout, "all"), "utf8");
        assert.match(all, /^mirrors\.yaml -> main [^]*Plan: [^]*\n\{\n[^]*\n\}\n<!-- mirrorform plan [^]*\n$/);
        assert.doesNotMatch(all, /\0/);
      });
    }
  }

  test("of events and of the request log can be standard output that is a file", async (t) => {
    const place = await checkout(t, VALID);
    await run("sh", ["-c", `MIRRORFORM_LOG=/dev/stderr ${CLI} apply --events /dev/stdout > all 2> errors`], {
      cwd: place.checkout,
      env: { PATH: process.env["PATH"], HOME: place.checkout },
    });
    const all = await readFile(join(place.checkout, "all"), "utf8");
    assert.match(all, /^mirrors\.yaml -> main [^]*\{"at":[^]*Apply: /);
    assert.doesNotMatch(all, /\0/);
  });
});
