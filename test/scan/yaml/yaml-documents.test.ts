import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";

import { yamlDocuments, type YamlValue } from "../../../src/scan/yaml/yaml-documents.ts";

function plain(value: YamlValue): unknown {
  if (value.kind === "scalar") return value.text;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([key, each]) => [key, plain(each)]));
}

/** Reads with the package `yaml`, in which all scalars are text. */
function expected(text: string): unknown[] {
  const options = { schema: "failsafe", merge: true, uniqueKeys: false } as const;
  return parseAllDocuments(text, options).map((document) => document.toJS() as unknown);
}

const TEXTS: Readonly<Record<string, string>> = {
  "a map": "a: 1\nb: two\n",
  "quotes and escapes": "a: \"x\\ty\"\nb: 'it''s'\n",
  blocks: "a: |\n  one\n  two\nb: >-\n  folded\n  text\nc: x\n",
  "lists of maps": "- a: 1\n  b: 2\n- c\n",
  "flow collections": "{a: [1, 2, {b: c}], d: e}\n",
  JSON: '{"a": {"b": ["c", "d"]}}',
  "several documents": "a: 1\n---\nb: 2\n---\n- c\n",
  "anchors and aliases": "a: &x {i: 1}\nb: *x\nc: [*x, *x]\n",
  "merge keys": "a: &x {i: 1, j: 2}\nb: {<<: *x, j: 3}\n",
  tags: "a: !!str 1\nb: !Ref c\n",
  "Windows line ends": "a: 1\r\nb:\r\n  - c\r\n",
  "letters beyond ASCII": "a: é\nb: 🐳\n",
};

describe("YAML documents", () => {
  for (const [name, text] of Object.entries(TEXTS)) {
    test(`with ${name} are read as by another parser`, () => {
      const documents = yamlDocuments(text);
      assert.ok(!("message" in documents));
      assert.deepEqual(documents.map(plain), expected(text));
    });
  }

  test("know where each text stands, without its quotes", () => {
    const text = 'a: plain\nb: "double"\nc: \'single\'\nd: >-\n  folded\ne: [in, "flow"]\nf: # comment\n  below\n';
    const [document] = yamlDocuments(text) as readonly YamlValue[];
    const spans: string[] = [];
    const visit = (value: YamlValue) => {
      if (value.kind === "scalar") spans.push(text.slice(value.span.start, value.span.end));
      else for (const each of value.kind === "list" ? value.items : value.entries.values()) visit(each);
    };
    visit(document ?? assert.fail());
    assert.deepEqual(spans, ["plain", "double", "single", "folded", "in", "flow", "below"]);
  });

  test("without content are left out", () => {
    assert.deepEqual(yamlDocuments("# only a comment\n---\n---\n"), []);
  });

  test("with a mistake are told with the place", () => {
    const text = "a: 1\nb: [1, 2\nc: 3\n";
    const result = yamlDocuments(text);
    assert.ok("message" in result);
    assert.match(result.message, /^invalid YAML: /);
    assert.ok((result.offset ?? 0) > 5);
  });

  test("with aliases of aliases are refused instead of filling the memory", () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`);
    const result = yamlDocuments(`l0: &l0 [x, x]\n${levels.join("\n")}\n`);
    assert.deepEqual(result, { message: "its aliases stand for too many values" });
  });

  test("that contain themselves end", () => {
    const documents = yamlDocuments("a: &x { b: *x }\n");
    assert.ok(!("message" in documents));
  });

  test("nested without end are refused", () => {
    const result = yamlDocuments(`${"[".repeat(5000)}${"]".repeat(5000)}`);
    assert.ok("message" in result);
  });
});
