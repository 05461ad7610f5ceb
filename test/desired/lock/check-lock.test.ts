import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import fc from "fast-check";

import { changeLock } from "../../../src/desired/lock/change-lock.ts";
import { checkLock } from "../../../src/desired/lock/check-lock.ts";
import { lockPath, readLockFile } from "../../../src/desired/lock/lock-file.ts";
import { formatLock, parseLock, type LockLines } from "../../../src/desired/lock/lock-text.ts";
import { lockImages, lockName } from "../../../src/desired/lock/locked-images.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { digest, failed, found, image } from "../../plan/state.ts";

const REDIS = "docker.io/library/redis:7";

function lines(digests: Readonly<Record<string, Digest>>): LockLines {
  return new Map(
    Object.entries(digests).map(([key, value], i) => [key, { digest: value, at: { line: i + 3, column: 1 } }]),
  );
}

describe("the lock file of a mirror file", () => {
  test("is named after the mirror file", () => {
    assert.equal(lockPath("mirrors.yaml"), "mirrors.lock.yaml");
    assert.equal(lockPath("teams/web.v1.yaml"), "teams/web.v1.lock.yaml");
    assert.equal(lockPath("a.yml"), "a.lock.yml");
    assert.equal(lockPath("dir.d/mirrors"), "dir.d/mirrors.lock.yaml");
  });

  test("is optional", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "lock-"));
    t.after(() => rm(folder, { recursive: true }));
    assert.deepEqual(await readLockFile(join(folder, "mirrors.yaml")), { lock: undefined });
  });

  test("must not be a link, because problems would show lines of another file", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "lock-"));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "secret"), "password\n");
    await symlink("secret", join(folder, "mirrors.lock.yaml"));
    const read = await readLockFile(join(folder, "mirrors.yaml"));
    assert.ok("problems" in read);
    assert.match(read.problems[0]?.message ?? "", /link/);
    assert.equal(read.source, "");
  });

  test("must not be a folder, another encoding than UTF-8, or too large", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "lock-"));
    t.after(() => rm(folder, { recursive: true }));
    const messageOf = async (path: string): Promise<string> => {
      const read = await readLockFile(path);
      return "problems" in read ? (read.problems[0]?.message ?? "") : "";
    };
    await mkdir(join(folder, "c.lock.yaml"));
    assert.match(await messageOf(join(folder, "c.yaml")), /not a regular file/);
    await writeFile(join(folder, "a.lock.yaml"), Buffer.from([0xff, 0xfe, 0xff]));
    assert.match(await messageOf(join(folder, "a.yaml")), /UTF-8/);
    await writeFile(join(folder, "b.lock.yaml"), Buffer.alloc(16 * 1024 * 1024 + 1, "#"));
    assert.match(await messageOf(join(folder, "b.yaml")), /16777216 bytes/);
  });
});

describe("an image", () => {
  test("has the digest of its line", () => {
    const [locked] = lockImages([image("redis:7", "redis:7")], lines({ [REDIS]: digest("a") }));
    assert.deepEqual(locked?.locked, { kind: "digest", digest: digest("a") });
  });

  test("without a line is marked as such", () => {
    const [locked] = lockImages([image("redis:7", "redis:7")], lines({}));
    assert.deepEqual(locked?.locked, { kind: "no-line" });
  });

  test("with a pinned digest needs no line", () => {
    const pins = [image(`redis:7@${digest("a")}`, "redis:7"), image(`redis@${digest("a")}`, "redis:b")];
    assert.deepEqual(
      lockImages(pins, lines({})).map(({ locked }) => locked),
      [undefined, undefined],
    );
    assert.deepEqual(
      pins.map(({ source }) => lockName(source)),
      [undefined, undefined],
    );
  });

  test("is contradicted if its pin differs from its line, unless another entry uses that line", () => {
    const pin = image(`redis:7@${digest("a")}`, "redis:pin");
    const lock = lines({ [REDIS]: digest("b") });
    assert.deepEqual(lockImages([pin], lock)[0]?.locked, { kind: "contradicted", digest: digest("b") });
    assert.deepEqual(lockImages([pin], lines({ [REDIS]: digest("a") }))[0]?.locked, undefined);
    assert.deepEqual(lockImages([pin, image("redis:7", "redis:7")], lock)[0]?.locked, undefined);
  });
});

describe("a lock and its mirror file", () => {
  test("agree if every image has a line and every line has an image", () => {
    const images = [image("redis:7", "redis:7"), image("redis:7", "redis:seven", { target: "other" })];
    assert.deepEqual(checkLock(images, lines({ [REDIS]: digest("a") })), []);
  });

  test("differ in an image without a line, reported once for all its targets", () => {
    const images = [image("redis:7", "redis:7"), image("redis:7", "redis:7", { target: "other" })];
    assert.deepEqual(checkLock(images, lines({})), [{ kind: "no-line", reference: REDIS, at: { line: 1, column: 1 } }]);
  });

  test("differ in a line without an image, even if the image is pinned", () => {
    const lock = lines({ [REDIS]: digest("a") });
    const expected = [{ kind: "undeclared", reference: REDIS, locked: digest("a"), at: { line: 3, column: 1 } }];
    assert.deepEqual(checkLock([], lock), expected);
    assert.deepEqual(checkLock([image(`redis:7@${digest("a")}`, "redis:7")], lock), expected);
  });

  test("differ in a pin with another digest, reported once, at the pin", () => {
    const [only, ...rest] = checkLock([image(`redis:7@${digest("a")}`, "redis:7")], lines({ [REDIS]: digest("b") }));
    assert.deepEqual(rest, []);
    assert.equal(only?.kind, "contradicted");
  });
});

describe("updating a lock", () => {
  test("adds missing lines, removes undeclared ones, and keeps the rest", () => {
    const before = lines({ a: digest("a"), gone: digest("gone") });
    const change = changeLock(before, ["b", "a"], new Map([["b", found(digest("b"))]]));
    assert.deepEqual(
      [...change.lines],
      [
        ["a", { digest: digest("a") }],
        ["b", { digest: digest("b") }],
      ],
    );
    assert.deepEqual(change.added, [{ reference: "b", digest: digest("b") }]);
    assert.deepEqual(change.removed, [{ reference: "gone", digest: digest("gone") }]);
    assert.equal(change.unchanged, 1);
  });

  test("changes only the lines of resolved images", () => {
    const before = lines({ a: digest("old"), b: digest("old") });
    const change = changeLock(before, ["a", "b"], new Map([["a", found(digest("new"))]]));
    assert.deepEqual(change.moved, [{ reference: "a", from: digest("old"), to: digest("new") }]);
    assert.equal(change.lines.get("b")?.digest, digest("old"));
  });

  test("keeps the line of an image that cannot be resolved, and adds no line for it", () => {
    const before = lines({ a: digest("old") });
    const resolved = new Map<string, Resolution>([
      ["a", failed("UNREACHABLE")],
      ["b", failed("UNREACHABLE")],
    ]);
    const change = changeLock(before, ["a", "b"], resolved);
    assert.deepEqual([...change.lines], [["a", { digest: digest("old") }]]);
    assert.deepEqual(
      change.failed.map(({ reference }) => reference),
      ["a", "b"],
    );
    assert.equal(change.unchanged, 0);
  });

  test("law: makes any lock and mirror file agree if every image can be resolved", () => {
    const tags = fc.subarray(["1", "2", "3", "4"]);
    fc.assert(
      fc.property(tags, tags, tags, (declared, locked, pinned) => {
        const images = [
          ...declared.map((tag) => image(`redis:${tag}`, `redis:${tag}`)),
          ...pinned.map((tag) => image(`redis:${tag}@${digest("pin")}`, `pinned:${tag}`)),
        ];
        const before = lines(
          Object.fromEntries(locked.map((tag) => [`docker.io/library/redis:${tag}`, digest("old")])),
        );
        const wanted = images.flatMap(({ source }) => lockName(source) ?? []);
        const resolved = new Map(
          wanted.filter((each) => !before.has(each)).map((each) => [each, found(digest("new"))]),
        );
        const written = parseLock(formatLock(changeLock(before, wanted, resolved).lines), "x");
        assert.ok("lines" in written);
        assert.deepEqual(checkLock(images, written.lines), []);
        const again = changeLock(written.lines, wanted, new Map());
        assert.equal(
          again.added.length + again.moved.length + again.removed.length,
          0,
          "a second update changes nothing",
        );
      }),
    );
  });
});
