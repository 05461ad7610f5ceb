import assert from "node:assert/strict";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";

import type { MirrorError } from "../../src/errors.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { blobOf } from "../registry/images.ts";
import {
  blobPath,
  imageOf,
  NEVER,
  putBytes,
  putImage,
  sourceIn,
  targetIn,
  temporaryFolder,
} from "./support/layouts.ts";

const IMAGE = imageOf("redis:7");
const { digest } = IMAGE.top;

async function carried(t: TestContext, repository = "redis"): Promise<string> {
  const base = await temporaryFolder(t);
  await putImage(targetIn(base), repository, "7", IMAGE);
  return base;
}

function refused(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  return assert.rejects(work, (error: MirrorError) => {
    assert.equal(error.code, code, error.message);
    assert.equal(error.side, "source");
    assert.match(error.message, message);
    assert.match(error.reference ?? "", /mirror/);
    return true;
  });
}

describe("a layout source", () => {
  test("serves tags, digests and bytes like the registry", async (t) => {
    const source = sourceIn(await carried(t));
    const head = { mediaType: IMAGE.top.mediaType, digest, size: IMAGE.top.bytes.length };
    assert.deepEqual(await source.headManifest("redis", "7"), head);
    assert.deepEqual(await source.headManifest("redis", digest), head);
    assert.deepEqual(Buffer.from((await source.getManifest("redis", digest)).bytes), Buffer.from(IMAGE.top.bytes));
    for (const manifest of IMAGE.manifests) {
      assert.equal((await source.getManifest("redis", manifest.digest)).mediaType, manifest.mediaType);
    }
    for (const bytes of IMAGE.blobs.values()) {
      assert.deepEqual(await buffer(await source.openBlob("redis", blobOf(bytes), 0, NEVER)), Buffer.from(bytes));
    }
    assert.equal(await source.headManifest("redis", "8"), undefined);
    assert.equal(await source.headManifest("nginx", "7"), undefined);
    await refused(source.getManifest("redis", "8"), "MANIFEST_UNKNOWN", /does not contain/);
    await refused(source.openBlob("redis", blobOf(Buffer.from("no")), 0, NEVER), "BLOB_UNKNOWN", /does not contain/);
  });

  test("finds Docker Hub's official images with and without library/, and other images only at their path", async (t) => {
    assert.equal((await sourceIn(await carried(t)).headManifest("library/redis", "7"))?.digest, digest);
    const whole = await carried(t, "library/redis");
    assert.equal((await sourceIn(whole).headManifest("library/redis", "7"))?.digest, digest);
    assert.equal(await sourceIn(await carried(t), "ghcr.io").headManifest("library/redis", "7"), undefined);
  });

  test("reads a layout of several repositories that has full references", async (t) => {
    const base = await carried(t);
    await rename(join(base, "mirror"), join(base, "other"));
    await rename(join(base, "other/redis"), join(base, "mirror"));
    const path = join(base, "mirror/index.json");
    const index = await readFile(path, "utf8");
    assert.equal(await sourceIn(base).headManifest("library/redis", "7"), undefined, "the tag is ambiguous");
    for (const name of ["docker.io/library/redis:7", "index.docker.io/library/redis:7", "redis:7"]) {
      await writeFile(path, index.replace('"7"', JSON.stringify(name)));
      assert.equal((await sourceIn(base).headManifest("library/redis", "7"))?.digest, digest, name);
      assert.equal(await sourceIn(base).headManifest("library/redis", "8"), undefined);
      assert.equal(await sourceIn(base, "ghcr.io").headManifest("library/redis", "7"), undefined);
    }
  });

  test("lists the tags of a repository, and fails if no layout contains it", async (t) => {
    const base = await carried(t);
    await putImage(targetIn(base), "redis", "latest", IMAGE);
    assert.deepEqual(await sourceIn(base).listTags("library/redis"), ["7", "latest"]);
    await refused(sourceIn(base).listTags("nginx"), "REPOSITORY_UNKNOWN", /no layout contains this repository/);
    await refused(sourceIn(await temporaryFolder(t)).listTags("redis"), "LAYOUT_FILE", /does not exist/);
    await writeFile(join(base, "mirror/oci-layout"), '{"imageLayoutVersion": "1.0.0"}');
    const names = ["quay.io/org/app:1", "quay.io/org/app:2", "quay.io/org/other:3", "4"];
    const entries = names.map((name) => ({ digest, annotations: { "org.opencontainers.image.ref.name": name } }));
    await writeFile(join(base, "mirror/index.json"), JSON.stringify({ manifests: entries }));
    assert.deepEqual(await sourceIn(base, "quay.io").listTags("org/app"), ["1", "2"]);
  });

  test("fails if the folder does not exist", async (t) => {
    const source = sourceIn(await temporaryFolder(t));
    await refused(source.headManifest("redis", "7"), "LAYOUT_FILE", /does not exist/);
  });

  test("fails for a manifest that does not match its digest, and for a blob with another size", async (t) => {
    const base = await carried(t);
    await writeFile(blobPath(base, "redis", digest), "{}");
    await refused(sourceIn(base).headManifest("redis", "7"), "DIGEST_MISMATCH", /does not match its digest/);
    const [blob = Buffer.alloc(0)] = IMAGE.blobs.values();
    await writeFile(blobPath(base, "redis", blobOf(blob).digest), "x");
    await refused(sourceIn(base).openBlob("redis", blobOf(blob), 0, NEVER), "DIGEST_MISMATCH", /the file has 1 bytes/);
  });

  test("explains what is wrong with an invalid layout", async (t) => {
    const base = await carried(t);
    const layout = join(base, "mirror/redis");
    const lookUp = () => sourceIn(base).headManifest("redis", "7");
    const index = await readFile(join(layout, "index.json"), "utf8");
    const entries = (JSON.parse(index) as { manifests: object[] }).manifests;

    await rm(blobPath(base, "redis", digest));
    await refused(lookUp(), "LAYOUT_INVALID", /lists sha256:[0-9a-f]+, which is missing/);
    const other = { ...entries[0], digest: blobOf(Buffer.from("other")).digest };
    await writeFile(join(layout, "index.json"), JSON.stringify({ manifests: [...entries, other] }));
    await refused(lookUp(), "LAYOUT_INVALID", /this tag for 2 manifests/);
    for (const text of ["", "[]", "null", '{"manifests": {}}', '{"manifests": [1]}', "{", '{"schemaVersion": 2}']) {
      await writeFile(join(layout, "index.json"), text);
      await refused(lookUp(), "LAYOUT_INVALID", /not an image index/);
    }
    const ambiguous = [
      [index.replace('"manifests"', '"Manifests":[],"manifests"'), /index\.json has both "manifests" and "Manifests"/],
      [index.replace('"manifests"', String.raw`"m\u0061nifests":[],"manifests"`), /has the key "manifests" twice/],
      [index.replace('"digest"', '"Digest":"","digest"'), /index\.json has both "digest" and "Digest"/],
    ] as const;
    for (const [text, message] of ambiguous) {
      await writeFile(join(layout, "index.json"), text);
      await refused(lookUp(), "LAYOUT_INVALID", message);
    }
    await writeFile(join(layout, "index.json"), Buffer.alloc(16 * 1024 * 1024 + 1, " "));
    await refused(lookUp(), "TOO_LARGE", /16777216 bytes/);
    await assert.rejects(lookUp(), { hint: /write the layout again/ });
    await rm(join(layout, "index.json"));
    await refused(lookUp(), "LAYOUT_INVALID", /index\.json is missing/);
    await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion": "2.0.0"}');
    await refused(lookUp(), "LAYOUT_INVALID", /version/);
    await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion": "2.0.0", "imageLayoutVersion": "1.0.0"}');
    await refused(lookUp(), "LAYOUT_INVALID", /oci-layout has the key "imageLayoutVersion" twice/);
  });

  test("skips invalid entries, and reads manifests without a media type", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const config = await putBytes(target, "app", Buffer.from("{}"));
    const manifest = await putBytes(
      target,
      "app",
      Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] })),
    );
    const layout = join(base, "mirror/app");
    await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion": "1.0.0"}');
    const named = { annotations: { "org.opencontainers.image.ref.name": "1" } };
    const manifests = [{}, { ...named, digest: "sha256:../../../../etc/passwd" }, { ...named, digest: 5 }];
    const good = { ...named, ...manifest };
    await writeFile(
      join(layout, "index.json"),
      JSON.stringify({ manifests: [...manifests, { annotations: [] }, good] }),
    );
    const head = await sourceIn(base).headManifest("app", "1");
    assert.deepEqual(head, { mediaType: OCI_MANIFEST, digest: manifest.digest, size: manifest.size });
  });
});

describe("a malicious layout is rejected for", () => {
  test("a link instead of a file, a content folder, a layout, or the whole folder", async (t) => {
    for (const part of ["index.json", "oci-layout", "blobs", "blobs/sha256", `blobs/sha256/${digest.slice(7)}`, "."]) {
      const base = await carried(t);
      const path = join(base, "mirror/redis", part);
      await rename(path, join(base, "elsewhere"));
      await symlink(join(base, "elsewhere"), path);
      await refused(sourceIn(base).headManifest("redis", "7"), "LAYOUT_FILE", /link/);
    }
    const base = await carried(t);
    await rename(join(base, "mirror"), join(base, "elsewhere"));
    await symlink("elsewhere", join(base, "mirror"));
    await refused(sourceIn(base).headManifest("redis", "7"), "LAYOUT_FILE", /link/);
    await refused(sourceIn(base).headManifest("absent", "7"), "LAYOUT_FILE", /link/);
  });

  test("a link instead of a blob", async (t) => {
    const base = await carried(t);
    const [blob = Buffer.alloc(0)] = IMAGE.blobs.values();
    const path = blobPath(base, "redis", blobOf(blob).digest);
    await rename(path, join(base, "elsewhere"));
    await symlink(join(base, "elsewhere"), path);
    await refused(sourceIn(base).openBlob("redis", blobOf(blob), 0, NEVER), "LAYOUT_FILE", /link/);
    await assert.rejects(targetIn(base).missingBlobs("redis", [blobOf(blob)]), { code: "LAYOUT_FILE", side: "target" });
  });

  const others: readonly (readonly [string, string, RegExp, (path: string) => Promise<unknown>])[] = [
    ["a link", "sha256", /link/, (path) => symlink("/etc/passwd", path)],
    ["a link to nothing", "sha512", /link/, (path) => symlink("nowhere", path)],
    ["a folder", "sha256", /folder/, (path) => mkdir(path)],
  ];
  for (const [what, algorithm, message, put] of others) {
    test(`${what} in place of a blob that no tag needs yet, already in a plan`, async (t) => {
      const base = await carried(t);
      const other = `${algorithm}:${"a".repeat(algorithm === "sha256" ? 64 : 128)}`;
      await mkdir(join(blobPath(base, "redis", other), ".."), { recursive: true });
      await put(blobPath(base, "redis", other));
      const expected = { code: "LAYOUT_FILE", side: "target", message, reference: `${base}/mirror/redis@${other}` };
      await assert.rejects(targetIn(base).readTags("redis", ["8"]), expected);
      await refused(sourceIn(base).headManifest("redis", "7"), "LAYOUT_FILE", message);
    });
  }

  test("a link as the folder of another algorithm's blobs", async (t) => {
    const base = await carried(t);
    await symlink("/etc", join(base, "mirror/redis/blobs/sha512"));
    await assert.rejects(targetIn(base).readTags("redis", ["7"]), { code: "LAYOUT_FILE", message: /link/ });
    await refused(sourceIn(base).headManifest("redis", "7"), "LAYOUT_FILE", /link/);
  });

  test("a file in the path to write to, already in a plan", async (t) => {
    for (const part of [
      "mirror",
      "mirror/team",
      "mirror/team/app",
      "mirror/team/app/blobs",
      "mirror/team/app/blobs/sha256",
      "mirror/.uploads",
    ]) {
      const base = await temporaryFolder(t);
      await mkdir(join(base, part, ".."), { recursive: true });
      await writeFile(join(base, part), "a file");
      const read = targetIn(base).readTags("team/app", ["7"]);
      const expected = { code: "LAYOUT_FILE", side: "target", message: /part of its path is not a folder/ };
      await assert.rejects(read, expected, part);
    }
  });

  test("but not for other files and folders among the blobs", async (t) => {
    const base = await carried(t);
    await writeFile(join(base, "mirror/redis/blobs/README"), "text");
    await mkdir(join(base, "mirror/redis/blobs/sha256/partial"));
    await symlink("nowhere", join(base, "mirror/redis/blobs/sha256/latest"));
    assert.equal((await targetIn(base).readTags("redis", ["7"])).get("7"), digest);
    assert.equal((await sourceIn(base).headManifest("redis", "7"))?.digest, digest);
  });

  test("an invalid repository name", async (t) => {
    const source = sourceIn(await carried(t));
    for (const name of ["../redis", "..", "redis/../../etc", "/etc", "", "redis\0"]) {
      await refused(source.headManifest(name, "7"), "INVALID_REFERENCE", /not valid/);
    }
  });

  test("a folder instead of a file", async (t) => {
    const base = await carried(t);
    await rm(join(base, "mirror/redis/index.json"));
    await mkdir(join(base, "mirror/redis/index.json"));
    await refused(sourceIn(base).headManifest("redis", "7"), "LAYOUT_FILE", /folder/);
  });

  test("a link in the path to write to", async (t) => {
    for (const part of [
      "mirror",
      "mirror/redis",
      "mirror/redis/blobs",
      "mirror/redis/blobs/sha256",
      "mirror/.uploads",
    ]) {
      const base = await temporaryFolder(t);
      await mkdir(join(base, "elsewhere"));
      await mkdir(join(base, part, ".."), { recursive: true });
      await symlink(join(base, "elsewhere"), join(base, part));
      const put = putBytes(targetIn(base), "redis", Buffer.from("bytes"));
      await assert.rejects(put, { code: "LAYOUT_FILE", side: "target", message: /link/ });
      const read = targetIn(base).readTags("redis", ["7"]);
      await assert.rejects(
        read,
        { code: "LAYOUT_FILE", side: "target", message: /link/ },
        `${part} is found by a plan`,
      );
    }
  });

  test("a link to a folder without a layout, or to nothing", async (t) => {
    for (const part of ["mirror", "mirror/team", "mirror/team/app"]) {
      for (const to of ["elsewhere", "nowhere"]) {
        const base = await temporaryFolder(t);
        await mkdir(join(base, "elsewhere"));
        await mkdir(join(base, part, ".."), { recursive: true });
        await symlink(join(base, to), join(base, part));
        const read = targetIn(base).readTags("team/app", ["7"]);
        await assert.rejects(read, { code: "LAYOUT_FILE", side: "target", message: /link/ });
        await refused(sourceIn(base).headManifest("team/app", "7"), "LAYOUT_FILE", /link/);
        await refused(sourceIn(base).listTags("team/app"), "LAYOUT_FILE", /link/);
      }
    }
  });
});
