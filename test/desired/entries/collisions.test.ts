import assert from "node:assert/strict";
import { test } from "node:test";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

test("refuses two images for one tag, and reports both lines", async () => {
  assert.deepEqual(
    await refusedAs(around("  - { image: redis:7, to: cache:one }\n  - { image: redis:8, to: cache:one }")),
    ['INVALID_FILE 9:14 redis:7 (line 8) and redis:8 would both go to "cache:one" (give one of them a different "to")'],
  );
});

test("refuses the same image twice, and reports both lines", async () => {
  assert.deepEqual(await refusedAs(around("  - image: redis:7\n  - { image: redis, tags: [6, 7, 6] }")), [
    'INVALID_FILE 9:31 line 8 already copies redis:7 to "redis:7" (remove one of them)',
    'INVALID_FILE 9:34 line 9 already copies redis:6 to "redis:6" (remove one of them)',
  ]);
});

test("accepts one tag at two targets", async () => {
  const text =
    "  - { image: redis:7, to: cache:one, targets: [main] }\n  - { image: redis:8, to: cache:one, targets: [other] }";
  assert.equal(listedImages((await accepted(around(text))).entries).length, 2);
});

test("refuses images that reach one repository through the prefixes of two targets", async () => {
  const text = `version: 1
name: x
targets:
  a: { oci: "https://r.example.com" }
  b: { oci: "https://r.example.com/team" }
mirrors:
  - { image: redis:7, to: "team/redis:x", targets: [a] }
  - { image: redis:8, to: "redis:x", targets: [b] }
`;
  assert.match(
    (await refusedAs(text)).join(),
    /^INVALID_FILE 8:14 redis:7 \(line 7\) and redis:8 would both go to "redis:x"/,
  );
});

test("refuses two names for one target", async () => {
  const text = (targets: string): string => `version: 1\nname: x\ntargets:\n${targets}mirrors: [{ image: node }]\n`;
  const expected = ['INVALID_FILE 5:3 "b" is the same target as "a" on line 4 (remove one of them)'];
  assert.deepEqual(await refusedAs(text("  a: { ecr: {} }\n  b: { ecr: {} }\n")), expected);
  const sameUrl = '  a: { oci: "https://x/y" }\n  b: { oci: "https://X/y/" }\n';
  assert.deepEqual(await refusedAs(text(sameUrl)), expected);
});

test("refuses two entries with different settings for one repository, and reports both lines", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: false, tags: { a: b } } }";
  assert.deepEqual(await refusedAs(around(text)), [
    'INVALID_FILE 9:23 settings of repository "redis" differ from those on line 8: scanOnPush, tags ' +
      "(use the same settings in both entries, or different repositories)",
  ]);
});

test("accepts equal settings that two entries declare in different ways", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: true } }";
  assert.equal(listedImages((await accepted(around(text))).entries).length, 4);
});

test("does not report invalid settings again as a difference", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: no } }";
  assert.deepEqual(await refusedAs(around(text)), [
    'INVALID_FILE 9:51 expected true or false, found "no" (write false)',
  ]);
});
