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
  test("are all platforms by default", async () => {
    assert.equal(await platformsOf(entry("all")), undefined);
    assert.equal(await platformsOf(around("  - { image: node }")), undefined);
  });

  test("are normalized and sorted, so that another spelling or order is not a change", async () => {
    const wanted = ["linux/amd64", "linux/arm/v7", "linux/arm64"];
    assert.deepEqual(await platformsOf(entry("[linux/arm64/v8, linux/arm, linux/amd64]")), wanted);
    assert.deepEqual(await platformsOf(entry("[linux/x86_64, linux/aarch64, linux/arm/v7]")), wanted);
  });

  test("are refused if two of them are the same platform", async () => {
    assert.deepEqual(await refusedAs(entry("[linux/arm64, linux/amd64, linux/arm64/v8]")), [
      'INVALID_FILE 8:75 "linux/arm64" and "linux/arm64/v8" are the same platform (remove one of them)',
    ]);
    assert.deepEqual(await refusedAs(entry("[linux/amd64, linux/amd64]")), [
      'INVALID_FILE 8:62 platform "linux/amd64" is listed twice (remove one of them)',
    ]);
  });

  test("cannot be those of attestations, which are copied with the platforms that they describe", async () => {
    const [problem] = await refusedAs(entry("[unknown/unknown]"));
    assert.match(
      problem ?? "",
      /"unknown\/unknown" marks attestations and cannot be selected \(remove it; attestations/,
    );
  });
});
