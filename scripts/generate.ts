/**
 * Generates sources from `schema/mirrors.schema.json`: the compiled validator (importing ajv and compiling the schema at
 * every start would take longer than reading the mirror file), the types, and the types of scalars. Also generates the
 * CLI page from the table of commands, and the schemas of mirrorform's documents from their types.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";
import { COMMANDS } from "../src/cli/commands.ts";
import { commandPage } from "../src/cli/options/help.ts";
import { documentSchemas } from "./schemas.ts";

const ROOT = new URL("../", import.meta.url);
const SCHEMA = new URL("schema/mirrors.schema.json", ROOT);
const NOTICE = "// Made from schema/mirrors.schema.json by `npm run generate`. Change that, not this.\n";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Generates all files. Returns a map from path, relative to the project's root, to content. */
export async function generatedSources(): Promise<ReadonlyMap<string, string>> {
  const schema = textIsText(asObject(JSON.parse(await readFile(SCHEMA, "utf8"))));
  return new Map([
    ["src/desired/generated/validate-mirror-file.ts", validatorSource(schema)],
    ["src/desired/generated/mirror-file-schema.ts", await typesSource(schema)],
    ["docs/cli.md", commandPage(COMMANDS)],
    ...documentSchemas(),
  ]);
}

/**
 * Reduces types that include text to text only. The schema allows numbers and booleans in text fields for editors, which
 * read `1.10` as a number, but the validator gets text.
 */
function textIsText(node: JsonObject): JsonObject {
  return transform(node, (object) => {
    const type = object["type"];
    if (!Array.isArray(type) || !type.includes("string")) return object;
    const kinds = type.filter((kind) => kind !== "number" && kind !== "boolean");
    return { ...object, type: kinds.length === 1 ? "string" : kinds };
  });
}

function validatorSource(schema: JsonObject): string {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    // Count lengths in UTF-16 units: exact lengths need a `require` at run time. ajv considers this option deprecated.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  const code = standalone.default(ajv, ajv.compile(withoutProse(schema)));
  if (code.includes("require(")) throw new Error("the compiled validator requires a module at run time");
  const exported = /^export const validate = (\w+);\nexport default \w+;\n/m;
  const name = exported.exec(code)?.[1];
  if (name === undefined) throw new Error("the compiled validator has unexpected exports");
  return `// @ts-nocheck\n${NOTICE}${VALIDATOR_TYPES}export const validateMirrorFile: Validator = ${name};\n${withAppendedErrors(code.replace(exported, ""))}\n`;
}

/**
 * Makes the validator append errors in place, which is safe because each list belongs to one call. ajv copies all errors
 * for each item that has errors: for 1 MB of invalid entries, that takes 16 s instead of 1 s.
 */
function withAppendedErrors(code: string): string {
  const inPlace = code.replaceAll(/vErrors\.concat\((\w+\.errors)\)/g, "append(vErrors, $1)");
  return `${inPlace}\nfunction append(all, more) {\n  for (const error of more) all.push(error);\n  return all;\n}\n`;
}

const VALIDATOR_TYPES = `
/** What the validator says of one value. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  schemaPath: string;
  params: Readonly<Record<string, unknown>>;
  /** Set where the name of a key is wrong; \`instancePath\` is then its map. */
  propertyName?: string;
}

export type Validator = ((data: unknown) => boolean) & { errors?: SchemaError[] | null };

`;

/** Removes descriptions and examples, which are for editors. A property can be named "description", so only texts are removed. */
function withoutProse(schema: JsonObject): JsonObject {
  return transform(schema, (object) => {
    const kept = Object.entries(object).filter(
      ([key, value]) => key !== "examples" && !(key === "description" && typeof value === "string"),
    );
    return Object.fromEntries(kept);
  });
}

async function typesSource(schema: JsonObject): Promise<string> {
  const types = await compile(forTypes(schema), "MirrorFileDocument", {
    bannerComment: NOTICE.trim(),
    additionalProperties: false,
    enableConstEnums: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: false,
  });
  const shape = JSON.stringify(shapeOf(schema, schema), undefined, 2);
  return (
    `${types}\n` +
    "/** How scalars are typed: text, unless `scalar` says otherwise. `each` is for every other key of a map. */\n" +
    "export interface Shape {\n" +
    '  scalar?: "integer" | "boolean";\n' +
    "  properties?: Readonly<Record<string, Shape>>;\n" +
    "  each?: Shape;\n" +
    "  items?: Shape;\n" +
    "}\n\n" +
    `export const mirrorFileShape: Shape = ${shape};\n`
  );
}

/** Rewrites what the type generator does not support: alternative required keys and `then.enum`. */
function forTypes(schema: JsonObject): JsonObject {
  return transform(schema, (object) => {
    const { $ref, oneOf, if: condition, then, ...rest } = object;
    // A description next to a reference would generate a separate type.
    if ($ref !== undefined) return { $ref };
    if (condition !== undefined && isObject(then) && Array.isArray(then["enum"])) {
      const { description, ...map } = rest;
      const type = Array.isArray(map["type"]) && map["type"].includes("array") ? "array" : "object";
      return { ...(description === undefined ? {} : { description }), anyOf: [then, { ...map, type }] };
    }
    return oneOf === undefined ? object : rest;
  });
}

function shapeOf(node: JsonObject, root: JsonObject): JsonObject {
  const reference = node["$ref"];
  if (typeof reference === "string") {
    const definitions = asObject(root["$defs"]);
    return shapeOf(asObject(definitions[reference.replace("#/$defs/", "")]), root);
  }
  const { type, properties, additionalProperties, items, then } = node;
  const scalar = [type].flat().find((kind) => kind === "integer" || kind === "boolean");
  return {
    ...(scalar !== undefined && ![type].flat().includes("string") ? { scalar } : {}),
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => [key, shapeOf(asObject(value), root)]),
          ),
        }
      : {}),
    ...(isObject(additionalProperties) ? { each: shapeOf(additionalProperties, root) } : {}),
    ...(isObject(items) ? { items: shapeOf(items, root) } : {}),
    // A single item without a list.
    ...(isObject(then) && "$ref" in then ? shapeOf(then, root) : {}),
  };
}

/** Rebuilds a tree, applying `change` to each object after its content. */
function transform(node: JsonObject, change: (object: JsonObject) => JsonObject): JsonObject {
  const visit = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(visit);
    return isObject(value) ? transform(value, change) : value;
  };
  return change(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)])));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new Error("expected an object in the schema");
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of await generatedSources()) await writeFile(new URL(path, ROOT), content);
}
