import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { choosesPlatform, parsePlatform, platformText } from "../../../src/oci/platforms/platform.ts";

function normal(text: string): string | undefined {
  const platform = parsePlatform(text);
  return platform === undefined ? undefined : platformText(platform);
}

/** Equivalent names according to containerd (github.com/containerd/platforms, database.go). */
const SAME: Readonly<Record<string, readonly string[]>> = {
  "linux/amd64": ["linux/amd64", "linux/amd64/v1", "linux/x86_64", "linux/x86-64", "Linux/AMD64"],
  "linux/amd64/v2": ["linux/amd64/v2"],
  "linux/arm64": ["linux/arm64", "linux/arm64/v8", "linux/arm64/8", "linux/aarch64"],
  "linux/arm64/v9": ["linux/arm64/v9"],
  "linux/arm/v7": ["linux/arm", "linux/arm/v7", "linux/arm/7", "linux/armhf"],
  "linux/arm/v6": ["linux/arm/v6", "linux/arm/6", "linux/armel"],
  "linux/386": ["linux/386", "linux/i386"],
  "windows(10.0.17763.2114)/amd64": ["windows(10.0.17763.2114)/amd64", "Windows(10.0.17763.2114)/x86_64"],
  "darwin/arm64": ["darwin/arm64", "macos/arm64"],
  "linux/ppc64le": ["linux/ppc64le"],
};

describe("the names of a platform", () => {
  for (const [name, all] of Object.entries(SAME)) {
    test(`${all.join(", ")} ${all.length === 1 ? "is" : "are"} ${name}`, () => {
      assert.deepEqual(new Set(all.map(normal)), new Set([name]));
    });
  }

  test("property: normalizing twice changes nothing", () => {
    const part = fc.constantFrom(
      "linux",
      "arm",
      "arm64",
      "aarch64",
      "amd64",
      "x86_64",
      "v1",
      "v7",
      "8",
      "6",
      "armhf",
      "i386",
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 3 }), (parts) => {
        const once = normal(parts.join("/")) ?? assert.fail("no platform");
        assert.equal(normal(once), once);
      }),
    );
  });
});

test("a text with missing or extra parts is not a platform", () => {
  for (const text of [
    "linux",
    "linux/",
    "/amd64",
    "linux/arm/",
    "linux/arm/v7/x",
    "",
    "windows()/amd64",
    "windows(10/amd64",
    "linux/amd64,linux/arm64",
    "linux / amd64",
  ]) {
    assert.equal(parsePlatform(text), undefined, text);
  }
});

describe("a selected platform chooses", () => {
  const BUILD = "windows(10.0.17763.2114)/amd64";
  const chosen: readonly (readonly [string, string, boolean])[] = [
    ["linux/amd64", "linux/amd64", true],
    ["linux/amd64", "linux/amd64/v2", false],
    ["windows/amd64", BUILD, true],
    ["windows/amd64", "windows/amd64", true],
    ["windows/arm64", BUILD, false],
    [BUILD, BUILD, true],
    ["windows(10.0.17763)/amd64", BUILD, true],
    ["windows(10)/amd64", BUILD, true],
    ["windows(10.0.1776)/amd64", BUILD, false],
    ["windows(10.0.17763.21)/amd64", BUILD, false],
    ["windows(10.0.20348)/amd64", BUILD, false],
    [BUILD, "windows(10.0.17763)/amd64", false],
    [BUILD, "windows/amd64", false],
  ];
  for (const [selected, platform, expected] of chosen) {
    test(`${expected ? "" : "not "}${platform} with ${selected}`, () => {
      assert.equal(choosesPlatform(selected, platform), expected);
    });
  }
});
