import type { YamlValue } from "../yaml-documents.ts";

/** Yields every map of a document, with its path and the key that holds it. */
export function* mapsIn(
  node: YamlValue,
  path = "",
  key = "",
): Generator<{ map: YamlValue; path: string; key: string }> {
  if (node.kind === "scalar") return;
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* mapsIn(item, `${path}[${index}]`, key);
    return;
  }
  yield { map: node, path, key };
  for (const [name, value] of node.entries) yield* mapsIn(value, path === "" ? name : `${path}.${name}`, name);
}

/** Returns the path of a key. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
