import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareVersions, formatVersion, parseVersion, type Version } from "../../../src/desired/tags/tag-version.ts";

function version(tag: string, suffix?: string): Version {
  const parsed = parseVersion(tag, suffix);
  assert.ok(parsed !== undefined, tag);
  return parsed;
}

test("parses one to three numbers, with an optional v before and an optional rest after", () => {
  const read = Object.fromEntries(
    ["22", "v1.2", "1.10.3", "22.1-alpine", "3.14.0-rc.1", "1.2-RC2-slim", "7-beta-3", "24.04", "20240131"].map(
      (tag) => {
        const { suffix, ...parsed } = version(tag);
        return [tag, `${formatVersion({ suffix, ...parsed })} ${suffix}`.trim()];
      },
    ),
  );
  assert.deepEqual(read, {
    "22": "22.0.0",
    "v1.2": "1.2.0",
    "1.10.3": "1.10.3",
    "22.1-alpine": "22.1.0 alpine",
    "3.14.0-rc.1": "3.14.0-rc.1",
    "1.2-RC2-slim": "1.2.0-rc.2 slim",
    "7-beta-3": "7.0.0-beta.3",
    "24.04": "24.4.0",
    "20240131": "20240131.0.0",
  });
});

test("other tags are not versions", () => {
  for (const tag of ["latest", "alpine", "1.2.3.4", "V1", "1.", "1-", "-1", "1.2_3", "1a", "vv1", "9".repeat(16), ""]) {
    assert.equal(parseVersion(tag), undefined, tag);
  }
});

test("a rest that starts with a prerelease word is a prerelease up to the next dash", () => {
  const read = [
    "1.0.0-alpha.beta",
    "1.0.0-beta.1.exp",
    "2.0-dev.abc123",
    "2.0-beta1a-slim",
    "1.0-rc_1",
    "1.0-rc.1.el7",
  ];
  assert.deepEqual(
    read.map((tag) => [version(tag).prerelease.join(" "), version(tag).suffix]),
    [
      ["alpha beta", ""],
      ["beta 1 exp", ""],
      ["dev abc 123", ""],
      ["beta 1 a", "slim"],
      ["rc 1", ""],
      ["rc 1 el 7", ""],
    ],
  );
  assert.ok(compareVersions(version("1.0.0-alpha.beta"), version("1.0.0-beta")) < 0);
  assert.deepEqual(version("1.2-dev-12345abc"), {
    numbers: [1, 2, 0],
    written: 2,
    prerelease: ["dev"],
    suffix: "12345abc",
  });
});

test("a suffix that looks like a prerelease is a suffix if requested", () => {
  assert.deepEqual(version("1.2-dev").prerelease, ["dev"]);
  assert.deepEqual(version("1.2-dev", "dev"), { numbers: [1, 2, 0], written: 2, prerelease: [], suffix: "dev" });
});

test("sorts numerically, prereleases before their release, and longer forms after shorter ones", () => {
  const rising = [
    "1",
    "1.0",
    "1.0.0",
    "1.2-alpha",
    "1.2-beta2",
    "1.2-beta10",
    "1.2-rc",
    "1.2-rc1",
    "1.2",
    "1.10",
    "v2",
    "10",
  ];
  const sorted = rising.toReversed().toSorted((a, b) => compareVersions(version(a), version(b)));
  assert.deepEqual(sorted, rising);
});

test("law: comparing versions is consistent", () => {
  const tag = fc.stringMatching(/^v?\d{1,2}(\.\d{1,2}){0,2}(-(rc|beta|dev)[.-]?\d{0,2}[a.]?)?$/);
  fc.assert(
    fc.property(tag, tag, tag, (a, b, c) => {
      const compare = (one: string, other: string) => Math.sign(compareVersions(version(one), version(other)));
      assert.equal(compare(a, b) + compare(b, a), 0);
      if (compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0);
    }),
  );
});

test("law: parsing inverts formatting, without the suffix", () => {
  const number = fc.nat(999);
  const tags = fc
    .tuple(
      fc.constantFrom("", "v"),
      fc.array(number, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("", "-rc1", "-beta.2.3", "-alpine", "-pre-slim", "-alpha.beta", "-rc1a.2"),
    )
    .map(([v, numbers, rest]) => `${v}${numbers.join(".")}${rest}`);
  fc.assert(
    fc.property(tags, (tag) => {
      const version = parseVersion(tag);
      assert.ok(version !== undefined);
      const again = parseVersion(formatVersion(version));
      assert.deepEqual(again, { ...version, written: 3, suffix: "" });
    }),
  );
});
