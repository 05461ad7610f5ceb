import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { repeatedKey } from "../../../src/oci/documents/repeated-key.ts";

describe("a key is repeated", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["in one spelling", String.raw`{"layers":[],"config":{},"layers":[]}`, "layers"],
    ["written with escapes", String.raw`{"l\u0061yers":[],"layers":[]}`, "layers"],
    ["with an escaped quote and backslash", String.raw`{"a\"\\":1,"\u0061\u0022\u005c":2}`, 'a"\\'],
    ["in a nested object", String.raw`{"a":[{"b":{"c":1,"d":[],"c":2}}]}`, "c"],
    ["after an object and an array as values", String.raw`{"a":{"b":1},"c":[1,{"a":2}],"a":3}`, "a"],
    ["named as a method of all objects", String.raw`{"__proto__":1,"__proto__":2}`, "__proto__"],
    ["that is empty", String.raw`{"":1,"":2}`, ""],
    ["between spaces", '\n{ "a"\t:\r1 ,\n"a" : 2 }', "a"],
  ];
  for (const [what, json, key] of cases) {
    test(what, () => {
      JSON.parse(json);
      assert.equal(repeatedKey(json), key);
    });
  }

  test("but not where values, other objects or other spellings are equal", () => {
    const free = String.raw`[{"a":"a","b":"a","A":["a","a"]},{"a":{"a":{"a":"{\"a\":1,\"a\":2}"}}},"a","a\\","a"]`;
    assert.equal(repeatedKey(free), undefined);
  });
});

/** Writes JSON with each character of strings escaped or not, and with spaces, as chosen by `bits`. */
function writer(bits: readonly boolean[]) {
  let at = 0;
  const chosen = (): boolean => bits[at++ % bits.length] ?? false;
  const space = (): string => (chosen() ? " \n" : "");
  const text = (value: string): string => {
    const units = Array.from({ length: value.length }, (_unused, i) => value.charCodeAt(i));
    const written = units.map((unit) => {
      const plain = JSON.stringify(String.fromCharCode(unit)).slice(1, -1);
      return chosen() ? `\\u${unit.toString(16).padStart(4, "0")}` : plain;
    });
    return `"${written.join("")}"`;
  };
  return { space, text, chosen };
}

test("no key of what JSON.stringify writes is repeated, however it is escaped", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.boolean(), { minLength: 1 }), (value, bits) => {
      const { space, text } = writer(bits);
      const write = (each: unknown): string => {
        if (typeof each === "string") return text(each);
        if (Array.isArray(each)) return `[${each.map((item) => `${space()}${write(item)}${space()}`).join(",")}]`;
        if (typeof each !== "object" || each === null) return JSON.stringify(each);
        const members = Object.entries(each).map(([key, item]) => `${space()}${text(key)}${space()}:${write(item)}`);
        return `{${members.join(",")}}`;
      };
      const json = write(value);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
      assert.equal(repeatedKey(json), undefined);
    }),
  );
});

test("a member that JSON.parse drops is found, and only then", () => {
  const key = fc.oneof(fc.constantFrom("a", "b", "__proto__", '"', "\\", "{", "\ud800"), fc.string());
  const members = fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 8 });
  fc.assert(
    fc.property(members, fc.array(fc.boolean(), { minLength: 1 }), (written, bits) => {
      const { space, text } = writer(bits);
      const json = `[{${written.map(([name, value]) => `${text(name)}${space()}:${JSON.stringify(value)}`).join(",")}}]`;
      const [parsed] = JSON.parse(json) as [object];
      const isDropped = Object.keys(parsed).length < written.length;
      assert.equal(repeatedKey(json) !== undefined, isDropped, json);
    }),
  );
});

test("deep nesting is scanned without recursion", () => {
  const depth = 1_000_000;
  assert.equal(repeatedKey(`{"a":${"[".repeat(depth)}${"]".repeat(depth)},"a":1}`), "a");
});
