import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cpuTime } from "../../support/cpu-time.ts";
import { parseChallenges } from "../../../src/registry/auth/challenge.ts";

function read(headers: string | string[] | undefined): [string, Record<string, string>][] {
  return parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test("Docker Hub's challenge is parsed", () => {
  const header =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/python:pull"';
  assert.deepEqual(read(header), [
    [
      "bearer",
      {
        realm: "https://auth.docker.io/token",
        service: "registry.docker.io",
        scope: "repository:library/python:pull",
      },
    ],
  ]);
});

test("quoted strings may contain commas, equal signs and escaped quotes", () => {
  assert.deepEqual(read(String.raw`Bearer realm="https://a/?x=1,2",scope="say \"hi\" \\ there"`), [
    ["bearer", { realm: "https://a/?x=1,2", scope: String.raw`say "hi" \ there` }],
  ]);
});

test("several challenges in one header are separated", () => {
  const header =
    'Basic realm="a, b", Negotiate, Bearer realm="https://a",error="insufficient_scope", NTLM abc==, Digest qop=x';
  assert.deepEqual(read(header), [
    ["basic", { realm: "a, b" }],
    ["negotiate", {}],
    ["bearer", { realm: "https://a", error: "insufficient_scope" }],
    ["ntlm", {}],
    ["digest", { qop: "x" }],
  ]);
});

test("several headers are combined", () => {
  assert.deepEqual(read(["Basic realm=x", 'bearer realm="https://y"']), [
    ["basic", { realm: "x" }],
    ["bearer", { realm: "https://y" }],
  ]);
});

test("case is ignored, spaces around = are allowed, and the first of a repeated name counts", () => {
  assert.deepEqual(read('BEARER Realm = "https://a" , SERVICE=s, realm="https://evil"'), [
    ["bearer", { realm: "https://a", service: "s" }],
  ]);
});

test("a syntax error ends the header, but keeps what was parsed before", () => {
  assert.deepEqual(read('Basic realm="x", Bearer realm="unclosed'), [
    ["basic", { realm: "x" }],
    ["bearer", {}],
  ]);
  assert.deepEqual(read(undefined), []);
  assert.deepEqual(read(""), []);
  assert.deepEqual(read(" , ,"), []);
  assert.deepEqual(read('"quoted"'), []);
});

test("a quoted parameter is parsed back to its value", () => {
  const value = fc.string({ unit: "grapheme-ascii" });
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }), (pairs) => {
      const parameters = new Map(pairs);
      const written = [...parameters].map(([key, text]) => `${key}="${text.replace(/["\\]/g, String.raw`\$&`)}"`);
      assert.deepEqual(read(`Bearer ${written.join(", ")}, Basic realm=x`), [
        ["bearer", Object.fromEntries(parameters)],
        ["basic", { realm: "x" }],
      ]);
    }),
  );
});

test("no text makes parsing fail or hang", async () => {
  const unit = fc.constantFrom('"', "\\", ",", "=", " ", "a", "B", "/", "~", "é");
  fc.assert(fc.property(fc.string({ unit, maxLength: 60 }), (text) => void parseChallenges(text)));
  const long = `Bearer ${'a="'.repeat(20_000)}${"\\".repeat(20_001)}`;
  assert.ok((await cpuTime(() => parseChallenges(long))) < 2_000);
});
