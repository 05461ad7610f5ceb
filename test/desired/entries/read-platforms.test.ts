import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

function entry(platforms: string): string {
  return around(`  - { image: node, targets: [main], platforms: ${platforms} }`);
}

async function platformsOf(mirrors: string): Promise<readonly string[] | undefined> {
  return listedImages((await accepted(mirrors)).entries)[0]?.platforms;
}

describe("the platforms of an entry", () => {
  test("are all of them unless some are listed", async () => {
    assert.equal(await platformsOf(entry("all")), undefined);
    assert.equal(await platformsOf(around("  - { image: node }")), undefined);
  });

  test("have one name each, and no order: to write them otherwise is no change", async () => {
    const wanted = ["linux/amd64", "linux/arm/v7", "linux/arm64"];
    assert.deepEqual(await platformsOf(entry("[linux/arm64/v8, linux/arm, linux/amd64]")), wanted);
    assert.deepEqual(await platformsOf(entry("[linux/x86_64, linux/aarch64, linux/arm/v7]")), wanted);
  });

  test("are refused where two are one, under whatever names", async () => {
    assert.deepEqual(await refusedAs(entry("[linux/arm64, linux/amd64, linux/arm64/v8]")), [
      'INVALID_FILE 8:75 "linux/arm64" and "linux/arm64/v8" are the same platform (leave one of them out)',
    ]);
    assert.deepEqual(await refusedAs(entry("[linux/amd64, linux/amd64]")), [
      'INVALID_FILE 8:62 the platform "linux/amd64" is named twice',
    ]);
  });

  test("are not those of attestations, which come with what they are about", async () => {
    const [problem] = await refusedAs(entry("[unknown/unknown]"));
    assert.match(problem ?? "", /"unknown\/unknown" is the platform of attestations \(they are copied with/);
  });
});
