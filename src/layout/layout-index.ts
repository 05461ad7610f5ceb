import type { Descriptor } from "../oci/descriptor.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import { isJsonObject } from "../oci/json-object.ts";
import { readManifestDocument } from "../oci/documents/misread-keys.ts";
import { isTag, parseReference } from "../oci/reference.ts";

/** The annotation that names an entry of `index.json` (OCI image-spec, annotations.md). */
const REF_NAME = "org.opencontainers.image.ref.name";

/** `index.json` of a layout, an image index (OCI image-spec, image-layout.md). Unknown fields are kept. */
export interface LayoutIndex {
  /** The whole document; `manifests` is a list of objects. */
  document: Record<string, unknown> & { manifests: Record<string, unknown>[] };
}

/** The index of a new layout. */
export const EMPTY_INDEX: LayoutIndex = {
  document: { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] },
};

/** Parses `index.json`. @returns the problem if it is not an image index, or clients read it differently */
export function parseLayoutIndex(bytes: Uint8Array): LayoutIndex | string {
  const read = readManifestDocument(bytes, "index.json");
  if (read.kind === "ambiguous") return read.problem;
  const manifests = read.kind === "read" ? read.value["manifests"] : undefined;
  if (read.kind !== "read" || !Array.isArray(manifests) || !manifests.every(isJsonObject))
    return "index.json is not an image index";
  return { document: { ...read.value, manifests } };
}

/** Returns the text of `index.json`. */
export function formatLayoutIndex({ document }: LayoutIndex): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Returns the distinct digests of the entries with one of these names. There are several if the index is inconsistent. */
export function digestsNamed(index: LayoutIndex, names: readonly string[]): Digest[] {
  const found = names
    .flatMap((name) => entriesOf(index, name))
    .flatMap(({ digest }) => {
      return (typeof digest === "string" ? parseDigest(digest) : undefined) ?? [];
    });
  return [...new Set(found)];
}

/** Returns every name in the index, in its order. */
export function namesIn(index: LayoutIndex): string[] {
  return index.document.manifests.flatMap((entry) => nameOf(entry) ?? []);
}

interface Image {
  registry: string;
  repository: string;
}

/**
 * Returns the tags of a repository, with the names that stand for each of them. A name is a tag such as `7`, as written by
 * mirrorform and skopeo, or the whole reference, as written by `crane pull --annotate-ref`.
 * @param isOneRepository whether the layout contains only this repository, so that a tag is sufficient
 */
export function tagsOf(index: LayoutIndex, image: Image, isOneRepository: boolean): string[] {
  const { tags, references } = namesOf(index);
  const full = references.get(keyOf(image))?.keys() ?? [];
  return [...new Set([...(isOneRepository ? tags : []), ...full])];
}

/** Returns the names that stand for a tag of a repository. @param isOneRepository as for {@link tagsOf} */
export function namesOfTag(index: LayoutIndex, image: Image, tag: string, isOneRepository: boolean): string[] {
  const { tags, references } = namesOf(index);
  const full = references.get(keyOf(image))?.get(tag) ?? [];
  return isOneRepository && tags.has(tag) ? [tag, ...full] : full;
}

interface Names {
  /** The names that are only a tag. */
  tags: ReadonlySet<string>;
  /** The names that are a reference, by repository, then by tag. */
  references: ReadonlyMap<string, ReadonlyMap<string, string[]>>;
}

/** The names of each index. A layout can contain thousands of repositories, and is asked for each of them. */
const names = new WeakMap<LayoutIndex, Names>();

function namesOf(index: LayoutIndex): Names {
  const known = names.get(index) ?? readNames(index);
  names.set(index, known);
  return known;
}

function readNames(index: LayoutIndex): Names {
  const tags = new Set<string>();
  const references = new Map<string, Map<string, string[]>>();
  for (const name of new Set(namesIn(index))) {
    if (isTag(name)) {
      tags.add(name);
      continue;
    }
    const full = parseReference(name);
    if (typeof full === "string" || full.digest !== undefined || full.tag === undefined) continue;
    const byTag = references.get(keyOf(full)) ?? new Map<string, string[]>();
    references.set(keyOf(full), byTag);
    byTag.set(full.tag, [...(byTag.get(full.tag) ?? []), name]);
  }
  return { tags, references };
}

function keyOf({ registry, repository }: Image): string {
  return `${registry}/${repository}`;
}

/**
 * Points tags at manifests, the last one of several for a tag. An existing tag keeps its place.
 * @returns the same object if all tags already do
 */
export function withTags(index: LayoutIndex, tags: ReadonlyMap<string, Descriptor>): LayoutIndex {
  const changed = new Map([...tags].filter(([tag, { digest }]) => !isOnly(entriesOf(index, tag), digest)));
  if (changed.size === 0) return index;
  const manifests: Record<string, unknown>[] = [];
  for (const entry of index.document.manifests) {
    const name = nameOf(entry) ?? "";
    const next = changed.get(name);
    // The first entry of a changed tag is replaced, and the others are dropped.
    if (next === undefined) manifests.push(entry);
    else if (entriesOf(index, name)[0] === entry) manifests.push(entryFor(name, next));
  }
  for (const [tag, descriptor] of changed) {
    if (entriesOf(index, tag).length === 0) manifests.push(entryFor(tag, descriptor));
  }
  return { document: { ...index.document, manifests } };
}

function isOnly(entries: readonly Record<string, unknown>[], digest: Digest): boolean {
  return entries.length === 1 && entries[0]?.["digest"] === digest;
}

function entryFor(tag: string, { mediaType, digest, size }: Descriptor): Record<string, unknown> {
  return { mediaType, digest, size, annotations: { [REF_NAME]: tag } };
}

/** The entries of each index by name. An index can have 50,000, and is asked for each of its tags. */
const byName = new WeakMap<LayoutIndex, ReadonlyMap<string, Record<string, unknown>[]>>();

function entriesOf(index: LayoutIndex, name: string): readonly Record<string, unknown>[] {
  const known = byName.get(index) ?? groupByName(index);
  byName.set(index, known);
  return known.get(name) ?? [];
}

function groupByName(index: LayoutIndex): ReadonlyMap<string, Record<string, unknown>[]> {
  const groups = new Map<string, Record<string, unknown>[]>();
  for (const entry of index.document.manifests) {
    const name = nameOf(entry);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  return groups;
}

function nameOf(entry: Record<string, unknown>): string | undefined {
  const annotations = entry["annotations"];
  const name = isJsonObject(annotations) ? annotations[REF_NAME] : undefined;
  return typeof name === "string" ? name : undefined;
}
