import { parseJsonObject } from "../../oci/json-object.ts";
import { foldCase } from "../../oci/documents/misread-keys.ts";
import { endOfString } from "../../oci/documents/repeated-key.ts";

/**
 * Reads the first JSON object of a text, as Docker does with Go's `json.Decoder`, which does not look at what follows.
 * An empty text and `null` are an object without keys (docker/cli, cli/config/configfile/file.go).
 * @returns undefined if the text starts with anything else
 */
export function parseFirstObject(text: string): Record<string, unknown> | undefined {
  const json = text.trimStart();
  if (json === "" || json.startsWith("null")) return {};
  return json.startsWith("{") ? parseJsonObject(json.slice(0, endOfObject(json))) : undefined;
}

/** Returns the position after the object at the start of a text; the end of the text if the object is incomplete. */
function endOfObject(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Returns the members of an object's key in any case. As in Go, those of several spellings are joined, and the last wins. */
export function membersIn(object: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const values = valuesOf(object, key).filter((value) => typeof value === "object" && value !== null);
  return Object.fromEntries(values.flatMap((value) => Object.entries(value)));
}

/** Returns the text of an object's key in any case; empty if there is none. As in Go, the last spelling wins. */
export function textIn(object: Readonly<Record<string, unknown>>, key: string): string {
  return valuesOf(object, key).findLast((value) => typeof value === "string") ?? "";
}

function valuesOf(object: Readonly<Record<string, unknown>>, key: string): unknown[] {
  const folded = foldCase(key);
  return Object.entries(object).flatMap(([name, value]) => (foldCase(name) === folded ? [value] : []));
}
