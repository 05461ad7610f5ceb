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

  test("can name a build of Windows, or its first parts", async () => {
    const builds = ["windows(10.0.17763.2114)/amd64", "windows(10.0.20348)/amd64"];
    assert.deepEqual(await platformsOf(entry(JSON.stringify(builds.toReversed()))), builds);
    for (const build of ["windows(10)/amd64", "windows(10.0)/arm64", "windows(10.0.20348.0)/amd64"]) {
      assert.deepEqual(await platformsOf(entry(JSON.stringify([build]))), [build]);
    }
  });

  test("can name an operating system or architecture that mirrorform does not know", async () => {
    const rare = ["haiku/riscv32", "linux/386", "linux/sw64", "wasip1/wasm"];
    assert.deepEqual(await platformsOf(entry(JSON.stringify(rare))), rare);
  });

  const REFUSED: Readonly<Record<string, RegExp>> = {
    "windows/amd64/10.0.17763.2114":
      /version where a variant belongs \(write .* as windows\(10.0.17763.2114\)\/amd64\)/,
    "linux/amd64/10.0": /version where a variant belongs/,
    "windows/amd64,osver=10.0.17763.2114": /not a valid platform \(write it as windows\(10.0.17763.2114\)\/amd64\)/,
    "windows/amd64:10.0.17763": /not a valid platform \(write it as windows\(10.0.17763\)\/amd64\)/,
    "windows(ltsc2022)/amd64": /"ltsc2022" is not a build of Windows/,
    "windows(10.0.17763.)/amd64": /is not a build of Windows/,
    "windows(10.0.17763.2114.1)/amd64": /is not a build of Windows/,
    "windows/10.0/amd64": /version where the architecture belongs \(write .* as windows\(10.0\)\/amd64\)/,
    "windows/10.0.17763": /version where the architecture belongs \(write .* as windows\(10.0.17763\)\/amd64\)/,
    "windows/1809/amd64": /version where the architecture belongs \(write .* as windows\(10.0.17763\)\/amd64\)/,
    "windows/ltsc2022/amd64": /version where the architecture belongs \(write .* as windows\(10.0.20348\)\/amd64\)/,
    "linux/5.10/arm64": /version where the architecture belongs \(write it as linux\/arm64; only Windows/,
    "windows/amd64/1809": /version where a variant belongs \(write .* as windows\(10.0.17763\)\/amd64\)/,
    "windows(10.0.017763)/amd64":
      /"10.0.017763" is not a build of Windows \(write it as windows\(10.0.17763\)\/amd64\)/,
    "windows(010.0)/arm64": /"010.0" is not a build of Windows \(write it as windows\(10.0\)\/arm64\)/,
    "windows(17763.2114)/amd64": /is not a build of Windows \(write it as windows\(10.0.17763.2114\)\/amd64\)/,
    "windows(1809)/amd64": /is not a build of Windows \(write it as windows\(10.0.17763\)\/amd64\)/,
    "amd64/linux": /not an operating system followed by an architecture \(write it as linux\/amd64\)/,
    "linux/windows": /not an operating system followed by an architecture/,
    "linux/v7/arm": /a variant where the architecture belongs \(write it as linux\/arm\/v7\)/,
    "linux/amd64/arm64": /has "arm64" where a variant belongs \(write it as linux\/amd64, and/,
    "linux/armv7": /no image has the platform "linux\/armv7" \(write it as linux\/arm\/v7\)/,
    "linux/x64": /write it as linux\/amd64/,
    "win/x64": /write it as windows\/amd64/,
    "linux(5.10)/amd64": /has a version, which only Windows images have \(remove "\(5.10\)"\)/,
    "linux/amd64,linux/arm64": /not a valid platform \(write it as linux\/amd64/,
  };
  for (const [platform, message] of Object.entries(REFUSED)) {
    test(`cannot be ${platform}`, async () => {
      const [problem, ...more] = await refusedAs(entry(JSON.stringify([platform])));
      assert.match(problem ?? "", message);
      assert.deepEqual(more, []);
    });
  }

  test("are refused if one of them includes another", async () => {
    const [wide, narrow] = ["windows/amd64", "windows(10.0.17763)/amd64"] as const;
    for (const list of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      const [problem] = await refusedAs(entry(JSON.stringify(list)));
      assert.match(problem ?? "", /"windows\/amd64" already includes "windows\(10.0.17763\)\/amd64" \(remove one/);
    }
  });

  test("cannot be those of attestations, which are copied with the platforms that they describe", async () => {
    const [problem] = await refusedAs(entry("[unknown/unknown]"));
    assert.match(
      problem ?? "",
      /"unknown\/unknown" marks attestations and cannot be selected \(remove it; attestations/,
    );
  });
});

test("the name of a property of JavaScript objects has no meaning in a platform", async () => {
  for (const platform of ["linux/constructor", "constructor/amd64", "linux/toString"]) {
    assert.deepEqual(await platformsOf(entry(`[${platform}]`)), [platform.toLowerCase()]);
  }
});
