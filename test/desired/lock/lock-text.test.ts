import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import fc from "fast-check";

import { formatLock, parseLock } from "../../../src/desired/lock/lock-text.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { formatReference } from "../../../src/oci/reference.ts";

const A = digestOf(Buffer.from("a"));
const B = digestOf(Buffer.from("b"));

const name = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,4})?$/);
const reference = fc
  .record({
    registry: fc.constantFrom("docker.io", "ghcr.io", "localhost:5000", "[::1]:5000", "REG", "xn--80ak6aa92e.com"),
    repository: fc.array(name, { minLength: 2, maxLength: 3 }).map((parts) => parts.join("/")),
    tag: fc.oneof(
      fc.constantFrom("1.10", "010", "on", "null", "0x10", "_", "1e3"),
      fc.stringMatching(/^\w[\w.-]{0,20}$/),
    ),
  })
  .map(formatReference);
const digest: fc.Arbitrary<Digest> = fc.string().map((text) => digestOf(Buffer.from(text)));
const locks = fc.dictionary(reference, digest, { maxKeys: 12 }).map((lines) => new Map(Object.entries(lines)));

function format(lines: ReadonlyMap<string, Digest>): string {
  return formatLock(new Map([...lines].map(([key, value]) => [key, { digest: value }])));
}

/** Parses a valid lock. */
function parse(text: string): Map<string, Digest> {
  const parsed = parseLock(text, "mirrors.lock.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return new Map([...parsed.lines].map(([key, line]) => [key, line.digest]));
}

/** Parses an invalid lock, and returns its problems as `code line:column message`. */
function problems(text: string): string[] {
  const parsed = parseLock(text, "mirrors.lock.yaml");
  if (!("problems" in parsed)) return [];
  return parsed.problems.map(
    ({ code, message, position }) => `${code} ${position?.line ?? 0}:${position?.column ?? 0} ${message}`,
  );
}

describe("a lock", () => {
  test("has one line per image, sorted by code unit, and nothing else that changes", () => {
    const lines = new Map([
      ["docker.io/library/ruby:2.7.1-slim", A],
      ["[::1]:5000/team/app:1", A],
      ["docker.io/library/node:9", B],
      ["docker.io/library/node:22", A],
      ["docker.io/library/node:Z", A],
    ]);
    const [comment, version, ...rest] = format(lines).split("\n");
    assert.match(comment ?? "", /^# /);
    assert.equal(version, "version: 1");
    assert.deepEqual(rest, [
      `"[::1]:5000/team/app:1": ${A}`,
      `docker.io/library/node:22: ${A}`,
      `docker.io/library/node:9: ${B}`,
      `docker.io/library/node:Z: ${A}`,
      `docker.io/library/ruby:2.7.1-slim: ${A}`,
      "",
    ]);
  });

  test("law: parsing inverts formatting", () => {
    fc.assert(
      fc.property(locks, (lines) => {
        assert.deepEqual(parse(format(lines)), lines);
      }),
    );
  });

  test("law: the same lines give the same text, in any order", () => {
    fc.assert(
      fc.property(locks, (lines) => {
        assert.equal(format(new Map([...lines].toReversed())), format(lines));
        assert.equal(format(parse(format(lines))), format(lines));
      }),
    );
  });

  test("law: adding an image adds one line and leaves the others unchanged", () => {
    fc.assert(
      fc.property(locks, reference, digest, (lines, added, value) => {
        const before = format(new Map([...lines].filter(([key]) => key !== added))).split("\n");
        const after = format(new Map(lines).set(added, value)).split("\n");
        const more = after.filter((line) => !before.includes(line));
        assert.equal(more.length, 1);
        assert.deepEqual(
          after.filter((line) => line !== more[0]),
          before,
        );
      }),
    );
  });

  test("can have its lines in any order, and comments, because a merge does not sort", () => {
    const text = `# mine\ndocker.io/library/b:1: ${A}\nversion: 1\n\ndocker.io/library/a:1: ${B} # note\n`;
    const expected = new Map([
      ["docker.io/library/a:1", B],
      ["docker.io/library/b:1", A],
    ]);
    assert.deepEqual(parse(text), expected);
  });

  test("has the position of each line", () => {
    const parsed = parseLock(`version: 1\ndocker.io/library/a:1: ${A}\ndocker.io/library/b:1: ${A}\n`, "x");
    assert.ok("lines" in parsed);
    assert.deepEqual(parsed.lines.get("docker.io/library/b:1")?.at, { line: 3, column: 1 });
  });

  test("in the documentation is formatted as mirrorform writes it", () => {
    const [, shown = ""] = /^```\n(# Written by[^]*?)^```$/m.exec(readFileSync("docs/lock.md", "utf8")) ?? [];
    assert.equal(format(parse(shown)), shown);
  });

  test("can have 100,000 images", () => {
    const lines = new Map(Array.from({ length: 100_000 }, (_, n) => [`docker.io/library/node:${n}`, A] as const));
    assert.equal(parse(format(lines)).size, 100_000);
  });
});

describe("a lock is refused, with a position, for", () => {
  const line = `docker.io/library/a:1: ${A}\n`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["an image that is listed twice", `version: 1\n${line}${line}`, /^YAML_SYNTAX 3:1 duplicate key .* line 2$/],
    [
      "a merge conflict",
      `version: 1\n<<<<<<< HEAD\n${line}=======\n${line}>>>>>>> x\n`,
      /^YAML_SYNTAX 2:1 unresolved merge conflict/,
    ],
    [
      "the rest of a merge conflict",
      `version: 1\n${line}=======\r\n${line}`,
      /^YAML_SYNTAX 3:1 unresolved merge conflict/,
    ],
    ["an alias", "version: *a\n", /^YAML_SYNTAX 1:10 YAML aliases .* in a lock file$/],
    ["a second document", `version: 1\n---\n${line}`, /^YAML_SYNTAX 3:1 a lock file must be a single YAML document/],
    ["no version", line, /^INVALID_FILE 1:1 the lock file has no "version"$/],
    ["another version", `version: 2\n${line}`, /^INVALID_FILE 1:10 expected version 1, found "2"$/],
    ["an unknown key", "version: 1\nimages: 1\n", /^INVALID_FILE 2:1 "images" is not a known key$/],
    ["a short name", `version: 1\nruby:2: ${A}\n`, /^INVALID_REFERENCE 2:1 "ruby:2" is not a full image name/],
    [
      "a name that is not canonical",
      `version: 1\nindex.docker.io/library/a:1: ${A}\n`,
      /^INVALID_REFERENCE 2:1 .*not a full image name/,
    ],
    ["an image without a tag", `version: 1\ndocker.io/library/a: ${A}\n`, /^INVALID_REFERENCE 2:1 .*with a tag$/],
    ["an image with a digest", `version: 1\ndocker.io/library/a:1@${A}: ${A}\n`, /^INVALID_REFERENCE 2:1 /],
    ["a name in capitals", `version: 1\ndocker.io/library/A:1: ${A}\n`, /^INVALID_REFERENCE 2:1 .*lowercase/],
    [
      "an invalid digest",
      "version: 1\ndocker.io/library/a:1: sha256:12\n",
      /^INVALID_FILE 2:24 expected a digest .*, found "sha256:12"/,
    ],
    ["a missing digest", "version: 1\ndocker.io/library/a:1:\n", /^INVALID_FILE 2:\d+ expected a digest .*, found ""/],
    [
      "a map instead of a digest",
      "version: 1\ndocker.io/library/a:1: { b: c }\n",
      /^INVALID_FILE 2:24 expected a digest .*, found a map/,
    ],
    ["a list", "- a\n", /^INVALID_FILE 1:1 expected a map/],
    ["an empty file", "", /^INVALID_FILE 1:1 expected a map/],
    ["invalid YAML", "version: [1\n", /^YAML_SYNTAX /],
    ["a JavaScript prototype key", `version: 1\n__proto__: ${A}\n`, /^INVALID_FILE 2:1 /],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => {
      const found = problems(text);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }

  test("all problems at once, including each conflict", () => {
    assert.equal(problems(`version: 2\na: b\ndocker.io/library/a:1: x\n`).length, 3);
    const conflict = "<<<<<<< HEAD\n=======\n>>>>>>> x\n";
    assert.equal(problems(conflict + conflict).length, 2);
  });

  test("law: any text can be parsed, and each problem has a position inside it", () => {
    const fragment = fc.constantFrom(
      "version: 1\n",
      line,
      "<<<<<<< ",
      "*a",
      "{",
      "- ",
      "? ",
      "\r",
      "😀",
      "'",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fragment, fc.string()), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const parsed = parseLock(text, "x");
        if ("lines" in parsed) return;
        const count = text.split(/\r\n|\n|\r/).length;
        assert.ok(parsed.problems.every(({ position }) => (position?.line ?? 1) <= count));
      }),
    );
  });
});
