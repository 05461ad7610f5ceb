import assert from "node:assert/strict";
import { test } from "node:test";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

test("two images for one tag are refused, and both lines are named", async () => {
  assert.deepEqual(
    await refusedAs(around("  - { image: redis:7, to: cache:one }\n  - { image: redis:8, to: cache:one }")),
    [
      'INVALID_FILE 9:14 two images would go to "cache:one": redis:7 by line 8, and this one (give one of them another "to")',
    ],
  );
});

test("the same image twice is refused, and both lines are named", async () => {
  assert.deepEqual(await refusedAs(around("  - image: redis:7\n  - { image: redis, tags: [6, 7, 6] }")), [
    'INVALID_FILE 9:31 redis:7 already goes to "redis:7" by line 8',
    'INVALID_FILE 9:34 redis:6 already goes to "redis:6" by line 9',
  ]);
});

test("one tag at two targets is no collision", async () => {
  const text =
    "  - { image: redis:7, to: cache:one, targets: [main] }\n  - { image: redis:8, to: cache:one, targets: [other] }";
  assert.equal(listedImages((await accepted(around(text))).entries).length, 2);
});

test("targets whose prefixes lead to one repository collide", async () => {
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
    /^INVALID_FILE 8:14 two images would go to "redis:x": redis:7 by line 7/,
  );
});

test("two names for one target are refused", async () => {
  const text = (targets: string): string => `version: 1\nname: x\ntargets:\n${targets}mirrors: [{ image: node }]\n`;
  assert.deepEqual(await refusedAs(text("  a: { ecr: {} }\n  b: { ecr: {} }\n")), [
    'INVALID_FILE 5:3 "b" is the same target as "a" in line 4',
  ]);
  assert.deepEqual(await refusedAs(text('  a: { oci: "https://x/y" }\n  b: { oci: "https://X/y/" }\n')), [
    'INVALID_FILE 5:3 "b" is the same target as "a" in line 4',
  ]);
});

test("two entries that set up one repository differently are refused, and both lines are named", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: false, tags: { a: b } } }";
  assert.deepEqual(await refusedAs(around(text)), [
    'INVALID_FILE 9:23 the repository "redis" is set up differently by the entry in line 8: scanOnPush, tags ' +
      "(give both entries the same settings, or different repositories)",
  ]);
});

test("two entries that come to the same settings in different words agree", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: true } }";
  assert.equal(listedImages((await accepted(around(text))).entries).length, 4);
});

test("settings that are wrong themselves are not told a second time as a difference", async () => {
  const text = "  - { image: redis:7 }\n  - { image: redis:8, repositories: { scanOnPush: no } }";
  assert.deepEqual(await refusedAs(around(text)), ['INVALID_FILE 9:51 expected true or false, but this is "no"']);
});
