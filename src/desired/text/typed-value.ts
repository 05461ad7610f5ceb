import type { Shape } from "../generated/mirror-file-schema.ts";
import { below } from "./pointer.ts";
import type { Complaint } from "./problem.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** Where a value stands, and what it was before variables were put in. */
export interface Place {
  kind: YamlNode["kind"];
  offset: number;
  /** Set for values of a map. */
  keyOffset: number | undefined;
  /** What the schema expects here; undefined below an unknown key. */
  shape: Shape | undefined;
  /** The text as written, where it is a text. */
  written: string | undefined;
}

/** A YAML tree as values, with the place of each by its pointer, and what is wrong with its variables. */
interface TypedValue {
  value: unknown;
  places: ReadonlyMap<string, Place>;
  complaints: { pointer: string; complaint: Complaint }[];
}

/** Puts variables into a text, or says why it cannot. */
export type Expand = (text: string, pointer: string) => { text: string } | Complaint;

/**
 * Makes values of a YAML tree: each scalar is text, unless the schema declares a number or a boolean there and the
 * scalar is one. What is not stays text, and the validator says so.
 */
export function typeScalars(root: YamlNode, shape: Shape, expand: Expand): TypedValue {
  const places = new Map<string, Place>();
  const complaints: TypedValue["complaints"] = [];
  const read = (node: YamlNode, pointer: string, expected: Shape | undefined, keyOffset?: number): unknown => {
    const written = node.kind === "scalar" ? node.text : undefined;
    places.set(pointer, { kind: node.kind, offset: node.offset, keyOffset, shape: expected, written });
    if (node.kind === "list") {
      return node.items.map((item, index) => read(item, below(pointer, index), expected?.items));
    }
    if (node.kind === "map") {
      // Keys come from the file: without a prototype, "__proto__" and "constructor" are keys like any other.
      const map: Record<string, unknown> = Object.create(null);
      for (const { key, keyOffset: at, value } of node.entries) {
        map[key] = read(value, below(pointer, key), shapeOfKey(expected, key), at);
      }
      return map;
    }
    const expanded = expand(node.text, pointer);
    if ("message" in expanded) {
      complaints.push({ pointer, complaint: expanded });
      return node.text;
    }
    // In quotes it is meant as text; but a variable inside a flow map can only be written in quotes.
    const typed = node.plain || expanded.text !== node.text;
    return typed ? coerce(expanded.text, expected?.scalar) : expanded.text;
  };
  return { value: read(root, "", shape), places, complaints };
}

function shapeOfKey(shape: Shape | undefined, key: string): Shape | undefined {
  const properties = shape?.properties;
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : shape?.each;
}

const DECIMAL = /^-?(?:0|[1-9][0-9]*)$/;

function coerce(text: string, scalar: Shape["scalar"]): unknown {
  if (scalar === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (scalar !== "integer" || !DECIMAL.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
