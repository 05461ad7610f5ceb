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

/** The digests of a text that is a lock. */
function parse(text: string): Map<string, Digest> {
  const parsed = parseLock(text, "mirrors.lock.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return new Map([...parsed.lines].map(([key, line]) => [key, line.digest]));
}

/** What is wrong with a text: `code line:column message`. */
function problems(text: string): string[] {
  const parsed = parseLock(text, "mirrors.lock.yaml");
  if (!("problems" in parsed)) return [];
  return parsed.problems.map(
    ({ code, message, position }) => `${code} ${position?.line ?? 0}:${position?.column ?? 0} ${message}`,
  );
}

describe("a lock", () => {
  test("has one line an image, sorted by code unit, and nothing else that changes", () => {
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

  test("law: what is written is what is read", () => {
    fc.assert(
      fc.property(locks, (lines) => {
        assert.deepEqual(parse(format(lines)), lines);
      }),
    );
  });

  test("law: the same lines give the same text, in whatever order they came", () => {
    fc.assert(
      fc.property(locks, (lines) => {
        assert.equal(format(new Map([...lines].toReversed())), format(lines));
        assert.equal(format(parse(format(lines))), format(lines));
      }),
    );
  });

  test("law: one image more or less is one line more or less, and the others are the same", () => {
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

  test("is read in whatever order its lines are, with comments: a merge need not sort", () => {
    const text = `# mine\ndocker.io/library/b:1: ${A}\nversion: 1\n\ndocker.io/library/a:1: ${B} # note\n`;
    const expected = new Map([
      ["docker.io/library/a:1", B],
      ["docker.io/library/b:1", A],
    ]);
    assert.deepEqual(parse(text), expected);
  });

  test("knows the place of each line", () => {
    const parsed = parseLock(`version: 1\ndocker.io/library/a:1: ${A}\ndocker.io/library/b:1: ${A}\n`, "x");
    assert.ok("lines" in parsed);
    assert.deepEqual(parsed.lines.get("docker.io/library/b:1")?.at, { line: 3, column: 1 });
  });

  test("in the documentation is one, as it would be written", () => {
    const [, shown = ""] = /^```\n(# Written by[^]*?)^```$/m.exec(readFileSync("docs/lock.md", "utf8")) ?? [];
    assert.equal(format(parse(shown)), shown);
  });

  test("of 100,000 images is read", () => {
    const lines = new Map(Array.from({ length: 100_000 }, (_, n) => [`docker.io/library/node:${n}`, A] as const));
    assert.equal(parse(format(lines)).size, 100_000);
  });
});

describe("a lock is refused, at its place, for", () => {
  const line = `docker.io/library/a:1: ${A}\n`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["an image that is there twice", `version: 1\n${line}${line}`, /^YAML_SYNTAX 3:1 .* second time.* line 2$/],
    [
      "a merge conflict",
      `version: 1\n<<<<<<< HEAD\n${line}=======\n${line}>>>>>>> x\n`,
      /^YAML_SYNTAX 2:1 a merge conflict/,
    ],
    ["the rest of a merge conflict", `version: 1\n${line}=======\r\n${line}`, /^YAML_SYNTAX 3:1 a merge conflict/],
    ["an alias", "version: *a\n", /^YAML_SYNTAX 1:10 aliases .* in a lock$/],
    ["a second document", `version: 1\n---\n${line}`, /^YAML_SYNTAX 3:1 a lock is one YAML document/],
    ["no version", line, /^INVALID_FILE 1:1 the lock has no "version"$/],
    ["another version", `version: 2\n${line}`, /^INVALID_FILE 1:10 expected version 1, but this is "2"$/],
    ["an unknown key", "version: 1\nimages: 1\n", /^INVALID_FILE 2:1 unknown key "images"$/],
    ["a short name", `version: 1\nruby:2: ${A}\n`, /^INVALID_REFERENCE 2:1 "ruby:2" is not the full name/],
    [
      "a name that is not the full one",
      `version: 1\nindex.docker.io/library/a:1: ${A}\n`,
      /^INVALID_REFERENCE 2:1 .*not the full name/,
    ],
    ["an image without a tag", `version: 1\ndocker.io/library/a: ${A}\n`, /^INVALID_REFERENCE 2:1 .*with a tag$/],
    ["an image with a digest", `version: 1\ndocker.io/library/a:1@${A}: ${A}\n`, /^INVALID_REFERENCE 2:1 /],
    ["a name in capitals", `version: 1\ndocker.io/library/A:1: ${A}\n`, /^INVALID_REFERENCE 2:1 .*lower case/],
    [
      "what is no digest",
      "version: 1\ndocker.io/library/a:1: sha256:12\n",
      /^INVALID_FILE 2:24 "sha256:12" is no digest/,
    ],
    ["no digest at all", "version: 1\ndocker.io/library/a:1:\n", /^INVALID_FILE 2:\d+ "" is no digest/],
    ["a map for a digest", "version: 1\ndocker.io/library/a:1: { b: c }\n", /^INVALID_FILE 2:24 a map is no digest/],
    ["a list", "- a\n", /^INVALID_FILE 1:1 a lock is a map/],
    ["no text", "", /^INVALID_FILE 1:1 a lock is a map/],
    ["what is no YAML", "version: [1\n", /^YAML_SYNTAX /],
    ["a key of objects", `version: 1\n__proto__: ${A}\n`, /^INVALID_FILE 2:1 /],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => {
      const found = problems(text);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }

  test("everything at once, each conflict too", () => {
    assert.equal(problems(`version: 2\na: b\ndocker.io/library/a:1: x\n`).length, 3);
    const conflict = "<<<<<<< HEAD\n=======\n>>>>>>> x\n";
    assert.equal(problems(conflict + conflict).length, 2);
  });

  test("law: whatever the text, reading ends, and a problem has a place inside it", () => {
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
