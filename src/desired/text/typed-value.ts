import type { Shape } from "../generated/mirror-file-schema.ts";
import { below } from "./pointer.ts";
import type { Diagnostic } from "./problem.ts";
import type { YamlNode } from "./yaml-tree.ts";

/** The position of a value, and its text before variable expansion. */
export interface Place {
  kind: YamlNode["kind"];
  offset: number;
  /** Set for values of a map. */
  keyOffset: number | undefined;
  /** The expected shape; undefined below an unknown key. */
  shape: Shape | undefined;
  /** The text of a scalar, as written. */
  written: string | undefined;
  /** The text of a scalar after variable expansion, if it has variables. */
  expanded?: string;
}

/** The values of a YAML tree, the place of each by pointer, and the problems with variables. */
interface TypedValue {
  value: unknown;
  places: ReadonlyMap<string, Place>;
  diagnostics: { pointer: string; diagnostic: Diagnostic }[];
}

/** Expands the variables in a text, or describes why it cannot. */
export type Expand = (text: string, pointer: string) => { text: string } | Diagnostic;

/**
 * Converts a YAML tree to values. A scalar is text unless the schema requires a number or a boolean and the scalar is
 * one. Any other scalar stays text, and the validator reports it.
 */
export function typeScalars(root: YamlNode, shape: Shape, expand: Expand): TypedValue {
  const places = new Map<string, Place>();
  const diagnostics: TypedValue["diagnostics"] = [];
  const read = (node: YamlNode, pointer: string, expected: Shape | undefined, keyOffset?: number): unknown => {
    const written = node.kind === "scalar" ? node.text : undefined;
    places.set(pointer, { kind: node.kind, offset: node.offset, keyOffset, shape: expected, written });
    if (node.kind === "list") {
      return node.items.map((item, index) => read(item, below(pointer, index), expected?.items));
    }
    if (node.kind === "map") {
      // No prototype, so that the keys "__proto__" and "constructor" have no special meaning.
      const map: Record<string, unknown> = Object.create(null);
      for (const { key, keyOffset: at, value } of node.entries) {
        map[key] = read(value, below(pointer, key), shapeOfKey(expected, key), at);
      }
      return map;
    }
    const expanded = expand(node.text, pointer);
    if ("message" in expanded) {
      diagnostics.push({ pointer, diagnostic: expanded });
      return node.text;
    }
    // A quoted scalar is text, except with a variable, because a flow map requires quotes around it.
    const place = places.get(pointer);
    if (place !== undefined && expanded.text !== node.text) place.expanded = expanded.text;
    const typed = node.plain || expanded.text !== node.text;
    return typed ? coerce(expanded.text, expected?.scalar) : expanded.text;
  };
  return { value: read(root, "", shape), places, diagnostics };
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
