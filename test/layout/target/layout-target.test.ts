import assert from "node:assert/strict";
import { readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";

import { MirrorError } from "../../../src/errors.ts";
import { MAX_INDEX_BYTES } from "../../../src/layout/layout-limits.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { blobOf } from "../../registry/images.ts";
import { systemClock } from "../../../src/clock.ts";
import { layoutFaults, layoutsIn } from "../../support/layout-faults.ts";
import { blobPath, imageOf, NEVER, putBytes, putImage, targetIn, temporaryFolder } from "../support/layouts.ts";

describe("a layout target", () => {
  test("writes each repository as a separate layout, with its tags as names in the index", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const [redis, nginx] = [imageOf("redis:7"), imageOf("nginx:1", { form: "docker-manifest" })];
    await putImage(target, "redis", "7", redis);
    await putImage(target, "redis", "latest", redis);
    await putImage(target, "web/nginx", "1", nginx);

    const { digest } = redis.top;
    assert.deepEqual(
      layoutsIn(join(base, "mirror")),
      new Map([
        [
          "redis",
          new Map([
            ["7", digest],
            ["latest", digest],
          ]),
        ],
        ["web/nginx", new Map([["1", nginx.top.digest]])],
      ]),
    );
    assert.deepEqual(layoutFaults(join(base, "mirror")), []);
    assert.deepEqual(
      await target.readTags("redis", ["7", "latest", "8"]),
      new Map([
        ["7", digest],
        ["latest", digest],
      ]),
    );
    assert.deepEqual(await target.readTags("absent", ["7"]), new Map());
    assert.equal(target.uri("redis", "7").endsWith("/mirror/redis:7"), true);
  });

  test("writes the tags that wait together, and loses none", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const image = imageOf("redis:7");
    await putImage(target, "redis", "first", image);
    const tags = Array.from({ length: 40 }, (_, index) => `7.${index}`);
    const index = join(base, "mirror/redis/index.json");
    const seen = new Set<bigint>();
    await Promise.all(
      tags.map(async (tag) => {
        await target.putManifest("redis", tag, image.top, NEVER);
        assert.equal((await target.readTags("redis", [tag])).get(tag), image.top.digest, "written before it is done");
        seen.add((await stat(index, { bigint: true })).ino);
      }),
    );
    assert.ok(seen.size <= 10, `${seen.size} writes for 40 tags`);
    assert.deepEqual(new Set(layoutsIn(join(base, "mirror")).get("redis")?.keys()), new Set(["first", ...tags]));
    assert.deepEqual(layoutFaults(join(base, "mirror")), []);
  });

  test("reads an index again that another process has written", async (t) => {
    const base = await temporaryFolder(t);
    const [target, other] = [targetIn(base), targetIn(base)];
    const [old, moved] = [imageOf("redis:7"), imageOf("redis:7.1")];
    await putImage(target, "redis", "7", old);
    await putImage(other, "redis", "7", moved);
    assert.deepEqual(await target.readTags("redis", ["7"]), new Map([["7", moved.top.digest]]));
    await putImage(target, "redis", "8", old);
    assert.deepEqual(
      await other.readTags("redis", ["7", "8"]),
      new Map([
        ["7", moved.top.digest],
        ["8", old.top.digest],
      ]),
    );
  });

  test("rejects a folder with index.json but without oci-layout, and leaves it unchanged", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const image = imageOf("redis:7");
    await putImage(target, "redis", "7", image);
    const folder = join(base, "mirror/redis");
    const path = join(folder, "index.json");
    await rm(join(folder, "oci-layout"));
    const original = await readFile(path, "utf8");
    const index = JSON.parse(original) as { manifests: { annotations: object }[] };
    const [entry] = index.manifests;
    for (const [what, text] of [
      ["of a website", '{"pages":["a.html"]}'],
      ["not JSON", "<html>"],
      ["empty", ""],
      ["with two tags", original.replace("[", `[${JSON.stringify(entry)},`)],
      ["without tags", JSON.stringify({ ...index, manifests: [] }, undefined, 2)],
      ["with an annotation", `${JSON.stringify({ ...index, annotations: { by: "hand" } }, undefined, 2)}\n`],
      ["formatted differently", JSON.stringify(index)],
      ["too large", " ".repeat(MAX_INDEX_BYTES + 1)],
    ] as const) {
      await writeFile(path, text);
      const refused = {
        code: "LAYOUT_INVALID",
        side: "target",
        message: /oci-layout is missing/,
        hint: /mirrorform has not changed it/,
      };
      await assert.rejects(target.readTags("redis", ["7"]), refused, what);
      await assert.rejects(target.putManifest("redis", "8", image.top, NEVER), refused, what);
      assert.equal(await readFile(path, "utf8"), text, what);
      assert.deepEqual((await readdir(folder)).toSorted(), ["blobs", "index.json"], what);
    }
  });

  test("resumes a layout that a killed run started, and keeps its tag", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const image = imageOf("redis:7");
    for (const tag of ["8", "7"]) {
      await putImage(target, "redis", "7", image);
      await rm(join(base, "mirror/redis/oci-layout"));
      assert.deepEqual(await target.readTags("redis", ["7"]), new Map(), "the folder is not a layout yet");
      await putImage(target, "redis", tag, image);
      assert.deepEqual([...(layoutsIn(join(base, "mirror")).get("redis")?.keys() ?? [])], [...new Set(["7", tag])]);
      assert.deepEqual(layoutFaults(join(base, "mirror")), []);
      await rm(join(base, "mirror/redis"), { recursive: true });
    }
  });

  test("moves a tag, and keeps other tags and unknown fields", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    await putImage(target, "redis", "7", imageOf("redis:7"));
    const path = join(base, "mirror/redis/index.json");
    const index = JSON.parse(await readFile(path, "utf8")) as { manifests: object[] };
    const foreign = { mediaType: OCI_MANIFEST, digest: imageOf("redis:7").top.digest, size: 1, artifactType: "a/b" };
    await writeFile(
      path,
      JSON.stringify({ ...index, annotations: { by: "hand" }, manifests: [foreign, ...index.manifests] }),
    );

    const moved = imageOf("redis:7", { revision: 2 });
    await putImage(target, "redis", "7", moved);
    const after = JSON.parse(await readFile(path, "utf8")) as { annotations: object; manifests: { digest: string }[] };
    assert.deepEqual(after.annotations, { by: "hand" });
    assert.deepEqual(after.manifests[0], foreign);
    assert.deepEqual(
      after.manifests.map(({ digest }) => digest),
      [foreign.digest, moved.top.digest],
    );
  });

  test("rejects a blob that does not match its digest, and leaves no file", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const right = Buffer.from("the right bytes");
    for (const wrong of ["the wrong bytes", "too short", "the right bytes, and more"]) {
      const put = target.putBlob("redis", blobOf(right), Readable.from([Buffer.from(wrong)]), NEVER);
      await assert.rejects(put, { code: "DIGEST_MISMATCH", side: "source" });
    }
    assert.deepEqual(await target.missingBlobs("redis", [blobOf(right)]), [blobOf(right)]);
    assert.deepEqual(await readdir(join(base, "mirror/.uploads")), []);
    assert.deepEqual(await readdir(join(base, "mirror/redis/blobs/sha256")), []);
    await putBytes(target, "redis", right);
    assert.deepEqual(await target.missingBlobs("redis", [blobOf(right)]), []);
  });

  test("passes on errors of the source, and interrupts", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const broken = new MirrorError("cut", { code: "UNREACHABLE", side: "source", operation: "read blob" });
    const body = new Readable({ read() {} });
    body.push("the");
    const put = target.putBlob("redis", blobOf(Buffer.from("the bytes")), body, NEVER);
    setImmediate(() => body.destroy(broken));
    await assert.rejects(put, (error) => error === broken);

    const interrupt = new AbortController();
    const endless = new Readable({ read() {} });
    const stopped = target.putBlob("redis", blobOf(Buffer.from("the bytes")), endless, interrupt.signal);
    setImmediate(() => interrupt.abort());
    await assert.rejects(stopped, { code: "INTERRUPTED" });
    assert.equal(endless.destroyed, true);
    assert.deepEqual(await readdir(join(base, "mirror/.uploads")), []);
  });

  test("reads a blob from an offset", async (t) => {
    const target = targetIn(await temporaryFolder(t));
    const bytes = Buffer.alloc(700_000, "mirrorform");
    const blob = await putBytes(target, "redis", bytes);
    assert.deepEqual(await buffer(await target.openBlob("redis", blob, 0, NEVER)), bytes);
    assert.deepEqual(await buffer(await target.openBlob("redis", blob, 699_000, NEVER)), bytes.subarray(699_000));
    assert.deepEqual(await buffer(await target.openBlob("redis", blob, bytes.length, NEVER)), Buffer.alloc(0));
    const absent = target.openBlob("redis", blobOf(Buffer.from("absent")), 0, NEVER);
    await assert.rejects(absent, { code: "BLOB_UNKNOWN", side: "target" });
  });

  test("mounts a blob of another repository as a hard link", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const blob = await putBytes(target, "redis", Buffer.from("shared"));
    assert.deepEqual(await target.mountBlob("web/nginx", blob, "redis"), { isThere: true });
    assert.deepEqual(await target.mountBlob("web/nginx", blob, "redis"), { isThere: true });
    assert.equal((await stat(blobPath(base, "web/nginx", blob.digest))).nlink, 2);
    const absent = target.mountBlob("web/nginx", blobOf(Buffer.from("absent")), "redis");
    await assert.rejects(absent, { code: "LAYOUT_FILE" });
  });

  test("has a manifest only if everything it refers to exists", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    const image = imageOf("redis:7");
    // Writes the manifests as layers of another image, so the files exist but the images do not.
    for (const { bytes } of image.manifests) await putBytes(target, "redis", bytes);
    assert.equal(await target.hasManifest("redis", image.top.digest), false);
    await putImage(target, "redis", "7", image);
    assert.equal(await target.hasManifest("redis", image.top.digest), true);

    const [layer] = image.blobs.keys();
    await truncate(blobPath(base, "redis", layer ?? ""), 1);
    assert.equal(await target.hasManifest("redis", image.top.digest), false);
    assert.deepEqual(
      await target.readTags("redis", ["7"]),
      new Map(),
      "the tag counts as missing, so that the next copy repairs it",
    );
  });

  test("deletes the unfinished files of a killed run after a day", async (t) => {
    const base = await temporaryFolder(t);
    await putBytes(targetIn(base), "redis", Buffer.from("first"));
    const uploads = join(base, "mirror/.uploads");
    const now = Date.now() / 1000;
    for (const [name, age] of [
      ["young", 3_600],
      ["old", 90_000],
    ] as const) {
      await writeFile(join(uploads, name), "half");
      await utimes(join(uploads, name), now - age, now - age);
    }
    const clock = { ...systemClock, sleep: async () => {} };
    await putBytes(targetIn(base, clock), "redis", Buffer.from("second"));
    assert.deepEqual(await readdir(uploads), ["young"]);
  });

  test("names the file that it cannot write", async (t) => {
    const base = await temporaryFolder(t);
    const target = targetIn(base);
    await putBytes(target, "redis", Buffer.from("first"));
    await rm(join(base, "mirror/redis/blobs"), { recursive: true });
    await writeFile(join(base, "mirror/redis/blobs"), "a file where a folder should be");
    await assert.rejects(putBytes(target, "redis", Buffer.from("first")), (error: MirrorError) => {
      assert.equal(error.code, "LAYOUT_FILE");
      assert.equal(error.side, "target");
      assert.match(error.reference ?? "", /mirror\/redis@sha256:/);
      assert.match(error.message, /is not a folder/);
      return true;
    });
  });
});

describe("concurrent writers of one layout", () => {
  test("lose no tag, in one process or in several", async (t) => {
    const base = await temporaryFolder(t);
    const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const targets = [targetIn(base, clock), targetIn(base, clock), targetIn(base, clock)];
    const image = imageOf("redis:7", { form: "oci-manifest" });
    const tags = Array.from({ length: 30 }, (_, i) => `t${i}`);
    await Promise.all(tags.map((tag, i) => putImage(targets[i % 3] ?? targetIn(base), "redis", tag, image)));
    assert.deepEqual([...(layoutsIn(join(base, "mirror")).get("redis")?.keys() ?? [])].toSorted(), tags.toSorted());
    assert.deepEqual(layoutFaults(join(base, "mirror")), []);
    assert.deepEqual((await readdir(join(base, "mirror/redis"))).toSorted(), ["blobs", "index.json", "oci-layout"]);
  });
});
