import assert from "node:assert/strict";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, test, type TestContext } from "node:test";

import { writeMissing } from "../../../src/cli/scan/write-missing.ts";
import { readMirrorFile } from "../../../src/desired/mirror-file.ts";
import { assess } from "../../../src/scan/assess.ts";
import { coverageOf } from "../../../src/scan/coverage.ts";
import { scanPaths } from "../../../src/scan/scan-paths.ts";
import { ADOPTION } from "../../support/adoption.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

test("scan lists the images of a folder with file, line and column", async (context) => {
  const folder = await folderWith({
    "compose.yaml": 'services:\n  web:\n    image: nginx:${TAG:-1.27}\n  db:\n    image: "postgres:${PG}"\n',
    "k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ghcr.io/a/b:1\n",
    ".gitignore": "ignored\n",
    "ignored/pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ghcr.io/a/c:1\n",
  });
  context.after(() => folder.remove());
  const ran = await mirrorform(["scan"], { folder: folder.path });
  assert.equal(ran.stderr, "");
  assert.deepEqual(ran.stdout.split("\n"), [
    "compose.yaml:3:12  nginx:1.27",
    "compose.yaml:5:13  postgres:${PG}  unresolved: PG",
    "k8s/pod.yaml:5:14  ghcr.io/a/b:1",
    "",
    "3 images in 2 files: 1 unresolved.",
    "Next: mirrorform scan --write adds them to a new mirror file.",
    "",
  ]);
  assert.equal(ran.code, 0);
});

test("scan reads standard input as YAML", async (context) => {
  const folder = await folderWith({});
  context.after(() => folder.remove());
  const input = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: nginx:1\n";
  const ran = await mirrorform(["scan", "-", "--json"], { folder: folder.path, input });
  const { images } = JSON.parse(ran.stdout) as { images: unknown };
  assert.deepEqual(images, [
    {
      path: "-",
      line: 5,
      column: 14,
      kind: "kubernetes",
      at: "spec.containers[0].image",
      text: "nginx:1",
      image: "nginx:1",
      registry: "docker.io",
      repository: "library/nginx",
      tag: "1",
    },
  ]);
});

test("A broken file is a note in a folder, and an error where it is named", async (context) => {
  const folder = await folderWith({ "templates/web.yaml": "image: {{ .Values.image }}\n{{- end }}\n" });
  context.after(() => folder.remove());
  const inFolder = await runHere(["scan", folder.path], {});
  assert.match(inFolder.stdout, /templates\/web\.yaml:2:\d+ {2}not read: invalid YAML/);
  assert.equal(inFolder.code, 0);
  const named = await runHere(["scan", `${folder.path}/templates/web.yaml`], {});
  assert.equal(named.code, 3);
});

const HEAD = "# ours\nversion: 1\nname: t\ntargets:\n  main: { oci: https://r.example.com }\n";
const MIRRORS = `${HEAD}mirrors:\n  - image: nginx # web\n    tags: ["1.27"]\n  # the end\n`;

async function folder(context: TestContext, files: Record<string, string>): Promise<string> {
  const made = await folderWith(files);
  context.after(() => made.remove());
  return made.path;
}

describe("scan --check", () => {
  test("fails for an image that is not mirrored, and names its place and what is missing", async (t) => {
    const path = await folder(t, {
      "mirrors.yaml": MIRRORS,
      Dockerfile: "FROM nginx:1.27\nFROM nginx:1.28\nFROM redis\nFROM r.example.com/own\n",
    });
    const { code, stdout } = await resident(["scan", "--check"], { folder: path });
    assert.equal(code, 1);
    assert.deepEqual(stdout.split("\n"), [
      "Dockerfile:2:6  nginx:1.28  not mirrored: no entry has this tag",
      "Dockerfile:3:6  redis       not mirrored: no entry has its repository",
      "",
      "4 images in 1 of 2 files: 2 mirrored, 2 not mirrored.",
      "Next: mirrorform scan --write adds them to the mirror file.",
      "",
    ]);
  });

  test("passes if the mirror file, its ignore list or a comment covers each image", async (t) => {
    const path = await folder(t, {
      "mirrors.yaml": `${HEAD}scan:\n  ignore: ["ghcr.io/acme/*"]\nmirrors:\n  - image: nginx:1.27\n`,
      "a.Dockerfile": "FROM nginx:1.27\n# mirrorform: ignore\nFROM local\nFROM ghcr.io/acme/x\nFROM alpine:$V\n",
    });
    const { code, stdout } = await resident(["scan", "--check"], { folder: path });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^4 images in 1 of 2 files: 1 mirrored, 0 not mirrored, 2 ignored, 1 unresolved\.$/m);
  });

  test("fails with --strict for a variable, for an invalid name and for a file that cannot be read", async (t) => {
    for (const [name, text] of [
      ["Dockerfile", "ARG V\nFROM alpine:$V\n"],
      ["Dockerfile", "FROM Not/An/Image\n"],
      ["chart/templates/web.yaml", "image: {{ .Values.image }}\n{{- end }}\n"],
      ["compose.yaml", "services: {a: {image: \u0000}}\n"],
    ] as const) {
      const path = await folder(t, { "mirrors.yaml": MIRRORS, [name]: text });
      assert.equal((await resident(["scan", "--check"], { folder: path })).code, 0, text);
      const isBinary = text.includes("\0");
      assert.equal((await resident(["scan", "--check", "--strict"], { folder: path })).code, isBinary ? 0 : 1, text);
    }
  });

  test("counts a link that leads out of the folder as not read, and reads none through a link", async (t) => {
    const outside = await folder(t, { Dockerfile: "FROM secret:1\n" });
    const path = await folder(t, { "mirrors.yaml": MIRRORS, "a/Dockerfile": "FROM nginx:1.27\n" });
    await symlink("a/Dockerfile", join(path, "Dockerfile"));
    await symlink(outside, join(path, "b"));
    const within = await resident(["scan", "--check", "--strict"], { folder: path });
    assert.equal(within.code, 0, within.stdout);
    await symlink(join(outside, "Dockerfile"), join(path, "Dockerfile.x"));
    await symlink("nothing", join(path, "Dockerfile.y"));
    const out = await resident(["scan", "--check", "--strict"], { folder: path });
    assert.equal(out.code, 1);
    assert.match(out.stdout, /^Dockerfile\.x {2}not read: it is a link that leads out of the folder$/m);
    assert.match(out.stdout, /^Dockerfile\.y {2}not read: it does not exist$/m);
    assert.doesNotMatch(out.stdout, /secret/);
  });

  test("does not read the variables of a .env file that is a link", async (t) => {
    const outside = await folder(t, { env: "TOKEN=secret\n" });
    const path = await folder(t, { "compose.yaml": "services: { a: { image: 'a:${TOKEN}' } }\n" });
    await symlink(join(outside, "env"), join(path, ".env"));
    const { stdout } = await resident(["scan"], { folder: path });
    assert.match(stdout, /unresolved: TOKEN/);
    assert.doesNotMatch(stdout, /secret/);
  });

  test("annotates the lines on GitHub, and escapes what a file could put into a command", async (t) => {
    const path = await folder(t, { "mirrors.yaml": MIRRORS, "a%,b/Dockerfile": "FROM redis\n" });
    const { stdout } = await resident(["scan", "--check"], { folder: path, environment: { GITHUB_ACTIONS: "true" } });
    assert.match(stdout, /^::error file=a%25%2Cb\/Dockerfile,line=1,col=6,title=NOT_MIRRORED::redis is not mirrored/m);
    const quiet = await resident(["scan", "--check", "--json"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
    });
    assert.equal((JSON.parse(quiet.stdout) as { images: { status: string }[] }).images[0]?.status, "missing");
  });

  test("writes a Code Quality report, also an empty one, and not through a link", async (t) => {
    const path = await folder(t, { "mirrors.yaml": MIRRORS, Dockerfile: "FROM redis:7\n", fine: "" });
    const args = ["scan", "--check", "--code-quality", "report.json"];
    assert.equal((await resident(args, { folder: path })).code, 1);
    const [entry] = JSON.parse(await readFile(join(path, "report.json"), "utf8")) as Record<string, unknown>[];
    assert.deepEqual(entry?.["location"], { path: "Dockerfile", lines: { begin: 1 } });
    assert.equal((await resident([...args, "fine"], { folder: path })).code, 0);
    assert.equal(await readFile(join(path, "report.json"), "utf8"), "[]\n");
    await symlink("fine", join(path, "link"));
    const { code, stderr } = await resident(["scan", "--code-quality", "link"], { folder: path });
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*symbolic link/);
  });

  test("needs a mirror file, and what is named must exist", async (t) => {
    const path = await folder(t, { Dockerfile: "FROM redis:7\n" });
    const missing = await resident(["scan", "--check"], { folder: path });
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /mirrors\.yaml: no such file/);
    const named = await resident(["scan", "nothing"], { folder: path });
    assert.equal(named.code, 3);
    assert.match(named.stdout, /nothing {2}not read: it does not exist/);
  });
});

describe("scan --write", () => {
  test("adds what is missing to the mirror file and keeps the rest, and then --check passes", async (t) => {
    const path = await folder(t, {
      "mirrors.yaml": MIRRORS,
      Dockerfile: "FROM nginx:1.28\nFROM nginx:1.27\nFROM redis\nFROM ghcr.io/a/b:1\nFROM alpine:$V\n",
    });
    const { code, stdout } = await resident(["scan", "--write"], { folder: path });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^Added 3 entries to mirrors\.yaml\. Next: mirrorform validate, then mirrorform plan\.$/m);
    assert.equal(
      await readFile(join(path, "mirrors.yaml"), "utf8"),
      `${HEAD}mirrors:\n  - image: nginx # web\n    tags: ["1.27", "1.28"]\n` +
        "  - image: redis:latest\n  - image: ghcr.io/a/b:1\n  # the end\n",
    );
    assert.equal((await resident(["validate"], { folder: path })).code, 0);
    assert.equal((await resident(["scan", "--check"], { folder: path })).code, 0);
    const again = await resident(["scan", "--write"], { folder: path });
    assert.doesNotMatch(again.stdout, /Added/);
  });

  test("writes a first mirror file for the whole corpus, which is valid and covers it", async (t) => {
    const path = await folder(t, {});
    await cp(ADOPTION, join(path, "tree"), { recursive: true });
    const written = await resident(["scan", "--write", "tree"], { folder: path });
    assert.equal(written.code, 0, written.stderr);
    const checked = await resident(["validate"], { folder: path });
    assert.equal(checked.code, 0, checked.stderr);
    const { code, stdout } = await resident(["scan", "--check", "tree"], { folder: path });
    assert.equal(code, 0, stdout);
  });

  test("says to run lock where there is a lock file", async (t) => {
    const lock = `version: 1\ndocker.io/library/nginx:1.27: sha256:${"1".repeat(64)}\n`;
    const path = await folder(t, { "mirrors.yaml": MIRRORS, "mirrors.lock.yaml": lock, Dockerfile: "FROM redis:7\n" });
    const { code, stdout, stderr } = await resident(["scan", "--write"], { folder: path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Added 1 entry to mirrors\.yaml\. Next: mirrorform lock, then mirrorform plan\./);
    assert.equal((await resident(["scan", "--check"], { folder: path })).code, 0);
  });

  test("gives an image another name where its own is taken, and says where none is free", async (t) => {
    const taken = `${HEAD}mirrors:\n  - image: quay.io/a/b:1\n`;
    const path = await folder(t, { "mirrors.yaml": taken, Dockerfile: "FROM ghcr.io/a/b:1\n" });
    assert.equal((await resident(["scan", "--write"], { folder: path })).code, 0);
    const text = await readFile(join(path, "mirrors.yaml"), "utf8");
    assert.equal(text, `${taken}  - image: ghcr.io/a/b:1\n    to: ghcr.io/a/b:1\n`);
    const full = await folder(t, {
      "mirrors.yaml": `${HEAD}mirrors:\n  - { image: "quay.io/a/b:1" }\n  - { image: "ghcr.io/a/c:1", to: "ghcr.io/a/b:1" }\n`,
      Dockerfile: "FROM ghcr.io/a/b:1\n",
    });
    const { stdout } = await resident(["scan", "--write"], { folder: full });
    assert.match(stdout, /Not added, because no name is free at the target: ghcr\.io\/a\/b:1/);
  });

  test("writes nothing that validate would refuse, and quotes the entry", async (t) => {
    for (const more of [{}, { "mirrors.yaml": MIRRORS }]) {
      const path = await folder(t, { ...more, Dockerfile: "FROM 169.254.169.254/latest:1\n" });
      const { code, stderr } = await resident(["scan", "--write"], { folder: path });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /the file would be invalid: "- image: 169\.254\.169\.254\/latest:1": /);
      assert.match(stderr, /mirrorform: ignore.*nothing was written/);
    }
  });

  test("writes nothing if a named file cannot be read, or the mirror file has no place for entries", async (t) => {
    const inline = `${HEAD}mirrors: [{ image: "nginx:1" }]\n`;
    const path = await folder(t, { "mirrors.yaml": inline, Dockerfile: "FROM redis:7\n" });
    const { code, stderr } = await resident(["scan", "--write"], { folder: path });
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*its mirrors are written as \[\.\.\.\][^]*nothing was written/);
    assert.equal(await readFile(join(path, "mirrors.yaml"), "utf8"), inline);
    const broken = await folder(t, { "mirrors.yaml": MIRRORS, Dockerfile: "FROM redis:7\n" });
    assert.equal((await resident(["scan", "--write", "Dockerfile", "nothing"], { folder: broken })).code, 3);
    assert.equal(await readFile(join(broken, "mirrors.yaml"), "utf8"), MIRRORS);
  });

  test("does not write through a link, nor to standard input", async (t) => {
    const path = await folder(t, { "sub/real.yaml": MIRRORS, Dockerfile: "FROM redis:7\n" });
    await symlink("sub/real.yaml", join(path, "mirrors.yaml"));
    const { code, stderr } = await resident(["scan", "--write"], { folder: path });
    assert.equal(code, 1);
    assert.match(stderr, /symbolic link/);
    assert.equal(await readFile(join(path, "sub/real.yaml"), "utf8"), MIRRORS);
    const piped = await mirrorform(["scan", "--write", "-f", "-", "."], { folder: path, input: MIRRORS });
    assert.match(piped.stderr, /it came from standard input/);
    assert.equal(piped.code, 1);
  });

  test("does not overwrite a mirror file that changed meanwhile", async (t) => {
    const path = join(await folder(t, { "mirrors.yaml": MIRRORS }), "mirrors.yaml");
    const read = await readMirrorFile(path, { environment: {} });
    assert.ok("file" in read);
    await writeFile(path, `${MIRRORS}# theirs\n`);
    const scan = await scanPaths(["-"], { signal, standardInput: () => Readable.from([Buffer.from(POD)]) });
    const missing = assess(scan.images, coverageOf(read.file, undefined), []);
    await assert.rejects(
      writeMissing(missing, { ...read, lock: undefined }, path, { environment: {}, signal }),
      /it changed in the meantime/,
    );
    assert.equal(await readFile(path, "utf8"), `${MIRRORS}# theirs\n`);
  });
});

const { signal } = new AbortController();
const POD = "apiVersion: v1\nkind: Pod\nspec: { containers: [{ image: 'redis:7' }] }\n";
