import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";

const ROOT = join(import.meta.dirname, "../..");
const schema = JSON.parse(await readFile(join(ROOT, "schema/mirrors.schema.json"), "utf8")) as Record<string, unknown>;

/** Yields every schema inside a schema, with its path. */
function* schemasIn(node: unknown, path: string): Generator<{ path: string; node: Record<string, unknown> }> {
  if (typeof node !== "object" || node === null || Array.isArray(node)) return;
  const object = node as Record<string, unknown>;
  yield { path, node: object };
  for (const keyword of ["properties", "$defs"]) {
    for (const [key, value] of Object.entries(object[keyword] ?? {}))
      yield* schemasIn(value, `${path}/${keyword}/${key}`);
  }
  for (const keyword of ["items", "additionalProperties"]) yield* schemasIn(object[keyword], `${path}/${keyword}`);
}

const ALL = [...schemasIn(schema, "")];

describe("the published schema", () => {
  test("is a valid draft 2020-12 schema", () => {
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert.equal(new Ajv2020().validateSchema(schema), true);
  });

  test("describes every property, for help in editors", () => {
    const properties = ALL.filter(({ path }) => /\/properties\/[^/]+$/.test(path));
    assert.ok(properties.length > 50);
    const undescribed = properties.filter(({ node }) => typeof node["description"] !== "string");
    assert.deepEqual(
      undescribed.map(({ path }) => path),
      [],
    );
  });

  test("allows no additional keys in a map with properties", () => {
    const open = ALL.filter(({ node }) => node["properties"] !== undefined && node["additionalProperties"] !== false);
    assert.deepEqual(
      open.map(({ path }) => path),
      [],
    );
  });

  test("has no types inside alternatives, because scalars could not be typed there", () => {
    for (const { path, node } of ALL) {
      assert.equal(node["anyOf"], undefined, path);
      const alternatives = (node["oneOf"] ?? []) as Record<string, unknown>[];
      for (const alternative of alternatives) assert.deepEqual(Object.keys(alternative), ["required"], path);
    }
  });
});

test("accepts in an editor, which parses numbers, what mirrorform accepts", async () => {
  const check = new Ajv2020({ allowUnionTypes: true, allErrors: true }).compile(schema);
  const example = load(await readFile(join(ROOT, "mirrors.yaml"), "utf8"));
  assert.equal(check(example), true, JSON.stringify(check.errors));
  const numbers = load(`version: 1
name: 2024
targets: { 1: { ecr: { account: 123456789012, region: "\${AWS_REGION}" } } }
repositories: { tags: { a: 1, b: true }, tagMutability: { default: IMMUTABLE, except: [1.10] } }
mirrors: [{ image: node, tags: [1.10, 20, 1e3], targets: [1] }]
`);
  assert.equal(check(numbers), true, JSON.stringify(check.errors));
  assert.equal(check(load("version: 1\nname: x\ntargets: { a: { ecr: {}, oci: x } }\nmirrors: [{ image: a }]")), false);
});
