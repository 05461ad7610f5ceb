import assert from "node:assert/strict";
import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { run } from "../../support/command.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { world, type World } from "../../support/world.ts";

const MIRRORS = `version: 1
name: t
targets:
  main: { ecr: {} }
mirrors:
  - { image: ruby, tags: ["3.4", "3.3"] }
  - { image: "busybox:1.36", to: "tools/busybox:1.36" }
`;
const IMAGES = { images: ["ruby:3.4", "ruby:3.3", "busybox:1.36"], imageOptions: { layers: 1, layerBytes: 64 } };
const DOCKERFILE = "FROM ruby:3.4 AS build\nFROM node:22\nCOPY --from=busybox:1.36 /a /b\n";
const COMPOSE = "services:\n  a: { image: 'ruby:${V:-3.3}' } # keep\n  b: { image: ruby:$NONE }\n";

/** A mirror with all images, and files that use them. */
async function mirrored(
  context: TestContext,
  files: Readonly<Record<string, string>> = { Dockerfile: DOCKERFILE, "compose.yaml": COMPOSE },
): Promise<World & { registry: string; read: (name: string) => Promise<string> }> {
  const place = await world(context, { "mirrors.yaml": MIRRORS, ...files }, IMAGES);
  const { code, stderr } = await place.run(["apply"]);
  assert.equal(code, 0, stderr);
  const registry = (await place.sandbox.ecr.registry()).server.host;
  return { ...place, registry, read: (name) => readFile(join(place.folder, name), "utf8") };
}

describe("rewrite", { concurrency: 4 }, () => {
  test("--diff shows a patch that git applies, and writes nothing; --check exits with 1", async (t) => {
    const { run: mirror, registry, read, folder } = await mirrored(t);
    const { code, stdout } = await mirror(["rewrite", "--diff"]);
    assert.equal(code, 0);
    assert.match(stdout, /^-FROM ruby:3\.4 AS build\n\+FROM \S+\/ruby:3\.4 AS build$/m);
    assert.match(stdout, /^compose\.yaml:3:15 {2}ruby:\$NONE {2}unchanged: it depends on NONE$/m);
    assert.match(stdout, /^3 names to change in 2 files, 1 to change by hand or later\.$/m);
    assert.equal(await read("Dockerfile"), DOCKERFILE);
    assert.equal((await mirror(["rewrite", "--check"])).code, 1);
    const patch = stdout.split("\n").filter((line) => !/unchanged:|to change in/.test(line));
    await writeFile(join(folder, "p.patch"), patch.join("\n"));
    const applied = await run("git", ["apply", "p.patch"], { cwd: folder });
    assert.equal(applied.code, 0, applied.stderr);
    assert.match(await read("Dockerfile"), new RegExp(`^FROM ${registry}/ruby:3\\.4 AS build\nFROM node:22$`, "m"));
  });

  test("--yes replaces the names and nothing else, once; --undo gives the same bytes", async (t) => {
    const { run: mirror, registry, read } = await mirrored(t);
    const { code, stdout } = await mirror(["rewrite", "--yes"]);
    assert.equal(code, 0);
    assert.match(stdout, /Wrote 2 files\./);
    assert.equal(
      await read("Dockerfile"),
      `FROM ${registry}/ruby:3.4 AS build\nFROM node:22\nCOPY --from=${registry}/tools/busybox:1.36 /a /b\n`,
    );
    assert.equal(await read("compose.yaml"), COMPOSE.replace("ruby:${V", `${registry}/ruby:\${V`));
    assert.equal((await mirror(["rewrite", "--check"])).code, 0, "a second time changes nothing");
    assert.equal((await mirror(["rewrite", "--undo", "--yes"])).code, 0);
    assert.equal(await read("Dockerfile"), DOCKERFILE);
    assert.equal(await read("compose.yaml"), COMPOSE);
  });

  test("--pin names the digest that the target has, and a digest is never dropped", async (t) => {
    const {
      run: mirror,
      registry,
      read,
      sandbox,
    } = await mirrored(t, { Dockerfile: "FROM ruby:3.4\nFROM ruby:3.3\n" });
    const digest = (await sandbox.ecr.registry()).store.repository("ruby")?.tags.get("3.4");
    assert.equal((await mirror(["rewrite", "--pin", "--yes"])).code, 0);
    assert.match(await read("Dockerfile"), new RegExp(`^FROM ${registry}/ruby:3\\.4@${digest}$`, "m"));
    assert.equal((await mirror(["rewrite", "--yes", "--undo"])).code, 0);
    assert.match(await read("Dockerfile"), new RegExp(`^FROM ruby:3\\.4@${digest}$`, "m"));
    assert.equal((await mirror(["rewrite", "--yes"])).code, 0);
    assert.match(await read("Dockerfile"), new RegExp(`^FROM ${registry}/ruby:3\\.4@${digest}$`, "m"));
  });

  test("leaves a digest that the mirror does not have, and says so", async (t) => {
    const text = `FROM ruby:3.4@sha256:${"9".repeat(64)}\n`;
    const { run: mirror, read } = await mirrored(t, { Dockerfile: text });
    const { code, stdout } = await mirror(["rewrite", "--yes"]);
    assert.equal(code, 0);
    assert.match(stdout, /unchanged: the mirror does not have this digest; --pin names the one that it has/);
    assert.equal(await read("Dockerfile"), text);
    const pinned = await mirror(["rewrite", "--yes", "--pin"]);
    assert.equal(pinned.code, 0);
    assert.match(await read("Dockerfile"), /ruby:3\.4@sha256:(?!9{64})[0-9a-f]{64}$/m);
  });

  test("leaves an image that the target lacks", async (t) => {
    const place = await world(t, { "mirrors.yaml": MIRRORS, Dockerfile: DOCKERFILE }, IMAGES);
    const { code, stdout } = await place.run(["rewrite", "--yes"]);
    assert.equal(code, 0);
    assert.match(stdout, /ruby:3\.4 {2}unchanged: the target does not have it yet; run mirrorform apply first/);
    assert.equal(await readFile(join(place.folder, "Dockerfile"), "utf8"), DOCKERFILE);
  });

  test("sends no request to a source", async (t) => {
    const { run: mirror, sandbox } = await mirrored(t);
    sandbox.dockerHub.registry.requests.splice(0);
    await mirror(["rewrite", "--yes", "--pin"]);
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("--json prints one document, which has the diff and what was written", async (t) => {
    const { run: mirror } = await mirrored(t);
    const { code, stdout } = await mirror(["rewrite", "--yes", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(stdout) as { files: { path: string }[]; left: unknown[]; written: string[] };
    assert.deepEqual(document.written, ["Dockerfile", "compose.yaml"]);
    assert.equal(document.left.length, 1);
  });
});

const OFFLINE = `version: 1
name: t
targets:
  main: { ecr: { account: "123456789012", region: eu-west-1 } }
  other: { oci: https://r.example.com/team }
  disk: { layout: ./out }
mirrors:
  - image: ruby:3.4
  - { image: node, tags: { semver: ">=20" } }
`;

/** Files without a sandbox. */
async function files(context: TestContext, more: Readonly<Record<string, string>>): Promise<string> {
  const made = await folderWith({ "mirrors.yaml": OFFLINE, ...more });
  context.after(() => made.remove());
  return made.path;
}

const rewriteIn = (folder: string, ...args: string[]) =>
  resident(["rewrite", "--offline", "--target", "other", ...args], { folder });

describe("rewrite --offline", () => {
  test("uses the target of --target, and needs it where there are several", async (t) => {
    const folder = await files(t, { Dockerfile: "FROM ruby:3.4\n" });
    const several = await resident(["rewrite", "--offline", "--diff"], { folder });
    assert.equal(several.code, 3);
    assert.match(several.stderr, /several targets[^]*--target: main, other, disk/);
    for (const [target, pattern] of [
      ["main", /^\+FROM 123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/ruby:3\.4$/m],
      ["other", /^\+FROM r\.example\.com\/team\/ruby:3\.4$/m],
    ] as const) {
      const { stdout } = await resident(["rewrite", "--offline", "--diff", "--target", target], { folder });
      assert.match(stdout, pattern);
    }
    for (const target of ["disk", "nothing"]) {
      assert.equal((await resident(["rewrite", "--offline", "--diff", "--target", target], { folder })).code, 3);
    }
  });

  test("keeps line ends, a byte order mark and the mode of a file", async (t) => {
    const folder = await files(t, { Dockerfile: "\u{feff}# a\r\nFROM ruby:3.4\r\nRUN x\r\n" });
    await chmod(join(folder, "Dockerfile"), 0o640);
    assert.equal((await rewriteIn(folder, "--yes")).code, 0);
    const path = join(folder, "Dockerfile");
    assert.equal(await readFile(path, "utf8"), "\u{feff}# a\r\nFROM r.example.com/team/ruby:3.4\r\nRUN x\r\n");
    assert.equal((await stat(path)).mode & 0o777, 0o640);
  });

  test("writes through no link, neither a file nor a folder", async (t) => {
    const folder = await files(t, {});
    const outside = await files(t, { Dockerfile: "FROM ruby:3.4\n" });
    await symlink(join(outside, "Dockerfile"), join(folder, "Dockerfile"));
    await symlink(outside, join(folder, "sub"));
    await rewriteIn(folder, "--yes");
    const file = await rewriteIn(folder, "--yes", "Dockerfile");
    assert.equal(file.code, 3);
    assert.match(file.stdout, /Dockerfile {2}not read: it is a link, and links are not followed/);
    const through = await rewriteIn(folder, "--yes", "sub/Dockerfile");
    assert.equal(through.code, 1);
    assert.match(through.stderr, /sub\/Dockerfile: not written: sub is a symbolic link/);
    assert.equal(await readFile(join(outside, "Dockerfile"), "utf8"), "FROM ruby:3.4\n");
  });

  test("changes a file once that is named twice, and an argument once that two stages share", async (t) => {
    const folder = await files(t, { Dockerfile: "ARG BASE=ruby:3.4\nFROM $BASE AS a\nFROM ${BASE}\n" });
    const { code, stdout } = await rewriteIn(folder, "--yes", ".", "Dockerfile", "./Dockerfile");
    assert.equal(code, 0);
    assert.match(stdout, /Wrote 1 file\./);
    assert.equal(
      await readFile(join(folder, "Dockerfile"), "utf8"),
      "ARG BASE=r.example.com/team/ruby:3.4\nFROM $BASE AS a\nFROM ${BASE}\n",
    );
  });

  test("says that the tags of a rule are known only from a lock file", async (t) => {
    const folder = await files(t, { Dockerfile: "FROM node:22.1.0\n" });
    const { stdout } = await rewriteIn(folder, "--diff");
    assert.match(stdout, /node:22\.1\.0 {2}unchanged: a tag rule may select it; run mirrorform lock/);
  });

  test("leaves a line with a comment that says so, and an ignored image stays", async (t) => {
    const text = "# mirrorform: ignore\nFROM ruby:3.4\n";
    const folder = await files(t, { Dockerfile: text });
    assert.equal((await rewriteIn(folder, "--check")).code, 0);
  });

  test("writes nothing if nobody can be asked, if a named file cannot be read, or for standard input", async (t) => {
    const folder = await files(t, { Dockerfile: "FROM ruby:3.4\n" });
    await mkdir(join(folder, "empty"));
    const asked = await rewriteIn(folder);
    assert.equal(asked.code, 3);
    assert.match(asked.stderr, /nobody can be asked here[^]*--yes/);
    assert.equal((await rewriteIn(folder, "--yes", "nothing", "Dockerfile")).code, 3);
    assert.match((await rewriteIn(folder, "--yes", "-")).stderr, /standard input cannot be rewritten/);
    assert.match((await rewriteIn(folder, "--yes", "empty")).stdout, /^0 names to change in 0 files\.$/m);
    assert.equal(await readFile(join(folder, "Dockerfile"), "utf8"), "FROM ruby:3.4\n");
  });
});
