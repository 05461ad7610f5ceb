import type { FileKindName } from "../file-kind.ts";
import type { FoundImage } from "../found-image.ts";
import type { SourceFile } from "../source-file.ts";
import type { YamlMap, YamlScalar, YamlValue } from "./yaml-documents.ts";

/** A kind of YAML or JSON document in which images are named. */
export interface YamlKind {
  readonly name: FileKindName;
  /** Returns whether a document is of this kind, by the path of its file and by what the document has. */
  accepts(document: YamlValue, file: SourceFile): boolean;
  /** Returns the images that a document names, in the order of the file. */
  find(document: YamlValue, file: SourceFile): Iterable<FoundImage>;
}

/** Returns the value of a key of a map; undefined for any other node. */
export function valueOf(node: YamlValue | undefined, key: string): YamlValue | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

/** Returns the entries of a map; none for any other node. */
export function entriesOf(node: YamlValue | undefined): YamlMap["entries"] {
  return node?.kind === "map" ? node.entries : NO_ENTRIES;
}

const NO_ENTRIES: YamlMap["entries"] = new Map();

/** Returns the items of a list; none for any other node. */
export function itemsOf(node: YamlValue | undefined): readonly YamlValue[] {
  return node?.kind === "list" ? node.items : [];
}

/** Returns a node if it has a text that can name an image: neither empty nor a plain `null` or `~`. */
export function textOf(node: YamlValue | undefined): YamlScalar | undefined {
  if (node?.kind !== "scalar" || node.text.trim() === "") return undefined;
  return node.isPlain && /^(?:null|Null|NULL|~)$/.test(node.text) ? undefined : node;
}
