/**
 * Writes what is made from `schema/mirrors.schema.json`: the validator compiled ahead (importing and compiling ajv at
 * each start costs more than reading the file), and the types with the shape that scalars are typed by. And the page
 * about the command line, from the table of commands; and schemas of what is written, from its types.
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

/** What is generated: path below the project's root -> content. */
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
 * Text fields admit numbers and booleans for the sake of editors, which read `1.10` as a number. What reaches the
 * validator has been read as text, so here a type that admits text is text.
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
    // Lengths in UTF-16 units: the exact count would need a `require` at run time. ajv calls the option deprecated.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  const code = standalone.default(ajv, ajv.compile(withoutProse(schema)));
  if (code.includes("require(")) throw new Error("the compiled validator needs a module at run time");
  const exported = /^export const validate = (\w+);\nexport default \w+;\n/m;
  const name = exported.exec(code)?.[1];
  if (name === undefined) throw new Error("the compiled validator exports something unexpected");
  return `// @ts-nocheck\n${NOTICE}${VALIDATOR_TYPES}export const validateMirrorFile: Validator = ${name};\n${gathered(code.replace(exported, ""))}\n`;
}

/**
 * ajv gathers errors by copying all it has for each item that has some: 16 s for a megabyte of bad entries.
 * Each list belongs to one call, so it can grow in place (then 1 s).
 */
function gathered(code: string): string {
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

/** Descriptions are for editors; a property may itself be called "description", so only texts are dropped. */
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

/** Says in the terms of the type generator what it does not read: one of several required keys, and `then.enum`. */
function forTypes(schema: JsonObject): JsonObject {
  return transform(schema, (object) => {
    const { $ref, oneOf, if: condition, then, ...rest } = object;
    // Text beside a reference would make a type of its own.
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
    // One of several, written without its list.
    ...(isObject(then) && "$ref" in then ? shapeOf(then, root) : {}),
  };
}

/** Rebuilds a tree, each object passed through `change` after its content. */
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
  if (!isObject(value)) throw new Error("the schema has something else where an object was expected");
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of await generatedSources()) await writeFile(new URL(path, ROOT), content);
}
