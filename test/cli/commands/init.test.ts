import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import * as fc from "fast-check";

import { firstMirrorFile } from "../../../src/cli/commands/first-mirror-file.ts";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { readMirrorFile } from "../../../src/desired/mirror-file.ts";
import { formatReference, parseReference, withDefaultTag } from "../../../src/oci/reference.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { world } from "../../support/world.ts";

async function folder(context: TestContext, files: Record<string, string> = {}): Promise<string> {
  const made = await folderWith(files);
  context.after(() => made.remove());
  return made.path;
}

describe("init", () => {
  test("writes a valid mirror file", async (t) => {
    const path = await folder(t);
    const written = await resident(["init"], { folder: path });
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stdout, /Wrote mirrors\.yaml/);
    const checked = await resident(["validate"], { folder: path });
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.stdout, /1 image, 1 target/);
  });

  test("writes the given images, with a tag from the digest for a pinned one", async (t) => {
    const path = await folder(t);
    const pinned = `redis@sha256:${"ab".repeat(32)}`;
    const { code } = await resident(["init", "--from", "ruby:2.7.1-slim", pinned, "--file", "m.yaml"], {
      folder: path,
    });
    assert.equal(code, 0);
    const text = await readFile(join(path, "m.yaml"), "utf8");
    assert.match(text, /^ {2}- image: ruby:2\.7\.1-slim$/m);
    assert.match(text, /^ {4}to: redis:pinned-abababababab$/m);
    const checked = await resident(["validate", "--file", "m.yaml"], { folder: path });
    assert.match(checked.stdout, /2 images/);
  });

  test("adds `to` to images whose names collide or are too short for ECR, and writes duplicates once", async (t) => {
    const path = await folder(t);
    const from = ["x:1", "quay.io/a/b:1", "ghcr.io/a/b:1", "redis:7", "docker.io/library/redis:7", "localhost:5000/x"];
    assert.equal((await resident(["init", "--from", ...from], { folder: path })).code, 0);
    const text = await readFile(join(path, "mirrors.yaml"), "utf8");
    assert.deepEqual(text.match(/(?<=^ {2}- image: |^ {4}to: ).*$/gm), [
      "x:1",
      "docker.io/library/x:1",
      "quay.io/a/b:1",
      "ghcr.io/a/b:1",
      "ghcr.io/a/b:1",
      "docker.io/library/redis:7",
      "localhost:5000/x",
      "localhost-5000/x:latest",
    ]);
    const checked = await resident(["validate"], { folder: path });
    assert.equal(checked.code, 0, checked.stderr);
  });

  test("refuses images for which it finds no free name", async (t) => {
    const path = await folder(t);
    const from = ["redis:7", `redis:7@sha256:${"ab".repeat(32)}`, `redis:7@sha256:${"ab".repeat(32)}`, "redis"];
    assert.equal((await resident(["init", "--from", ...from], { folder: path })).code, 0);
    const [one, two, three] = ["0", "1", "2"].map((end) => `redis:7@sha256:${"ab".repeat(6)}${end.repeat(52)}`);
    const more = ["redis:7", one ?? "", two ?? "", three ?? "", "--file", "m.yaml"];
    const { code, stderr } = await resident(["init", "--from", ...more], { folder: path });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /USAGE[^]*would have the same name at the target[^]*no file was written/);
  });

  test("does not overwrite an existing file", async (t) => {
    const path = await folder(t, { "mirrors.yaml": "mine\n" });
    const { code, stderr } = await resident(["init"], { folder: path });
    assert.equal(code, 3);
    assert.match(stderr, /USAGE[^]*already exists[^]*--file/);
    assert.equal(await readFile(join(path, "mirrors.yaml"), "utf8"), "mine\n");
  });

  test("refuses an invalid image name, and writes nothing", async (t) => {
    const path = await folder(t);
    const { code, stderr } = await resident(["init", "--from", "Ruby:2.7"], { folder: path });
    assert.equal(code, 3);
    assert.match(stderr, /Ruby:2\.7: .*lowercase/);
    await assert.rejects(readFile(join(path, "mirrors.yaml")));
  });

  test("refuses what validate refuses, with its hint, and writes nothing", async (t) => {
    const path = await folder(t);
    for (const [name, message] of [
      [
        "123456789012.dkr.ecr.s3.amazonaws.com/app:1",
        /is not the host of an ECR\s+registry[^]*hint: write 123456789012/,
      ],
      [
        "123456789012.dkr-ecr.lambda-url.on.aws/app:1",
        /is not the host of an ECR\s+registry[^]*hint: write 123456789012/,
      ],
      ["169.254.169.254/app:1", /never\s+contacts[^]*hint: write the host of a registry; no file was written/],
      ["[fd00:ec2::254]:80/app:1", /never\s+contacts/],
      ["metadata.google.internal/app:1", /never\s+contacts/],
    ] as const) {
      const { code, stderr } = await resident(["init", "redis:7", name, "--file", "m.yaml"], { folder: path });
      assert.equal(code, 3, name);
      assert.match(stderr, message);
      assert.ok(stderr.includes(`cannot read image ${name}: `) || stderr.includes(JSON.stringify(name)), stderr);
      await assert.rejects(readFile(join(path, "m.yaml")));
    }
  });

  test("writes an image at an IPv6 host in quotes", async (t) => {
    const path = await folder(t);
    const { code, stderr } = await resident(["init", "[::1]:5000/team/app:1"], { folder: path });
    assert.equal(code, 0, stderr);
    assert.match((await resident(["validate"], { folder: path })).stdout, /1 image, 1 target/);
  });

  test("refuses the names of files, and says how to find their images", async (t) => {
    const path = await folder(t, { "docker-compose.yml": "services: {}\n" });
    for (const [name, hint] of [
      ["docker-compose.yml", "mirrorform scan --write docker-compose.yml"],
      ["Dockerfile", "mirrorform scan --write Dockerfile"],
      ["build/Dockerfile.prod", "mirrorform scan --write build/Dockerfile.prod"],
      ["k8s/deployment.yaml", "mirrorform scan --write k8s/deployment.yaml"],
      ["./images.txt", "grep -n image ./images.txt"],
    ] as const) {
      const { code, stderr } = await resident(["init", "--from", name], { folder: path });
      assert.equal(code, 3, name);
      assert.match(stderr, /this is the name of a file/);
      assert.ok(stderr.includes(hint), stderr);
    }
    await assert.rejects(readFile(join(path, "mirrors.yaml")));
  });

  test("refuses the paths of folders, whether they exist or not", async (t) => {
    const path = await folder(t, { "k8s/web.yaml": "a" });
    for (const text of ["k8s/", "./k8s", "..", "charts/"]) {
      const { code, stderr } = await resident(["init", text], { folder: path });
      assert.equal(code, 3, text);
      assert.match(stderr, /this is the path of a folder, and `init` takes the names of images/);
      assert.ok(stderr.includes(`run \`mirrorform scan --write ${text}\`, which finds its images`), stderr);
    }
  });

  test("refuses Docker's empty base and the host of a registry, which are no images", async (t) => {
    const path = await folder(t);
    const scratch = await resident(["init", "scratch"], { folder: path });
    assert.equal(scratch.code, 3);
    assert.match(scratch.stderr, /"scratch" is Docker's word for an empty base, which no registry has/);
    const host = await resident(["init", "docker.io/"], { folder: path });
    assert.match(
      host.stderr,
      /"docker\.io\/" is a registry, not an image[^]*add the image: docker\.io\/library\/python/,
    );
  });

  test("says which spelling it lists if an image is given in two", async (t) => {
    const path = await folder(t);
    const { code, stderr } = await resident(["init", "redis", "node:22", "docker.io/library/redis:latest"], {
      folder: path,
    });
    assert.equal(code, 0);
    const last = "docker.io/library/redis:latest";
    assert.equal(stderr, `note: redis and ${last} are the same image; the file lists ${last}\n`);
    const same = await resident(["init", "redis", "redis", "--file", "same.yaml"], { folder: path });
    assert.equal(same.stderr, "");
  });

  test("names the schema for editors only where it is installed, from the folder of the file", async (t) => {
    const schema = "node_modules/mirrorform/schema/mirrors.schema.json";
    const path = await folder(t, { [`team/${schema}`]: "{}", "team/deploy/.keep": "", "other/.keep": "" });
    for (const [file, comment] of [
      ["team/mirrors.yaml", `# yaml-language-server: $schema=./${schema}\n#\n`],
      ["team/deploy/mirrors.yaml", `# yaml-language-server: $schema=../${schema}\n#\n`],
      ["other/mirrors.yaml", ""],
    ] as const) {
      assert.equal((await resident(["init", "--file", file], { folder: path })).code, 0);
      assert.ok((await readFile(join(path, file), "utf8")).startsWith(`${comment}# The images`), file);
    }
  });

  test("names the file to write if the path is that of a folder", async (t) => {
    const path = await folder(t, { "deploy/.keep": "" });
    const { code, stderr } = await resident(["init", "--file", "deploy"], { folder: path });
    assert.equal(code, 3);
    assert.match(stderr, /cannot write file deploy: this is a folder\n {2}hint: .*--file deploy\/mirrors\.yaml/);
  });

  test("shows the image that an address means", async (t) => {
    const path = await folder(t);
    for (const text of ["docker://python:3.12", "https://hub.docker.com/_/python"]) {
      const { code, stderr } = await resident(["init", text], { folder: path });
      assert.equal(code, 3);
      assert.match(stderr, /hint: write "python/);
    }
  });

  test("prints the file for -", async (t) => {
    const path = await folder(t);
    const { code, stdout } = await resident(["init", "redis:7", "--file", "-"], { folder: path });
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}- image: redis:7$/m);
    await assert.rejects(readFile(join(path, "mirrors.yaml")));
  });

  test("writes a mirror file whose tags can move at the source", async (t) => {
    const place = await world(t, {}, { images: ["python:3.12-slim"] });
    assert.equal((await place.run(["init", "python:3.12-slim"])).code, 0);
    assert.equal((await place.json(["apply"])).code, 0);
    place.sandbox.dockerHub.publish("library/python", "3.12-slim", { revision: 2 });
    const planned = await place.json(["plan"]);
    assert.equal(planned.code, 0);
    assert.equal(planned.document.totals?.["change"], 1);
    assert.equal((await place.json(["apply"])).code, 0);
  });

  test("reports a file that cannot be written", async (t) => {
    const path = await folder(t);
    const { code, stderr } = await resident(["init", "--file", "nowhere/mirrors.yaml"], { folder: path });
    assert.equal(code, 1);
    assert.match(stderr, /FILE_UNWRITABLE[^]*its folder does not exist[^]*create the folder first/);
  });

  test("law: the file is valid and lists each image once, for any folder name and any images", async (t) => {
    const path = await folder(t);
    // Short names make collisions likely. One is too short for ECR.
    const name = fc.oneof(fc.constantFrom("x", "ab"), fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/));
    const image = fc.oneof(
      fc.tuple(name, fc.stringMatching(/^[\w][\w.-]{0,10}$/)).map(([a, tag]) => `${a}:${tag}`),
      fc.tuple(name, name).map(([host, a]) => `${host}.example.com/${a}`),
      fc.tuple(name, fc.stringMatching(/^[0-9a-f]{64}$/)).map(([a, hex]) => `${a}@sha256:${hex}`),
    );
    const images = fc.uniqueArray(image, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), images, async (folderName, texts) => {
        const read = texts.map((text) => {
          const reference = parseReference(text);
          if (typeof reference === "string") throw new Error(reference);
          return { text, reference };
        });
        const file = join(path, "law.yaml");
        await writeFile(file, firstMirrorFile(folderName, read));
        const checked = await readMirrorFile(file, { environment: {} });
        assert.ok("file" in checked, JSON.stringify(checked));
        const named = new Set(read.map(({ reference }) => formatReference(withDefaultTag(reference))));
        assert.equal(listedImages(checked.file.entries).length, Math.max(1, named.size));
      }),
      { numRuns: 50 },
    );
  });
});
