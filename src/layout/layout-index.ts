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

/** Returns the distinct digests of entries with a matching name. There are several if the index is inconsistent. */
export function digestsNamed(index: LayoutIndex, matches: (name: string) => boolean): Digest[] {
  const found = index.document.manifests.flatMap((entry) => {
    const name = nameOf(entry);
    const digest = typeof entry["digest"] === "string" ? parseDigest(entry["digest"]) : undefined;
    return name !== undefined && digest !== undefined && matches(name) ? [digest] : [];
  });
  return [...new Set(found)];
}

/** Returns every name in the index, in its order. */
export function namesIn(index: LayoutIndex): string[] {
  return index.document.manifests.flatMap((entry) => nameOf(entry) ?? []);
}

/** Points a tag at a manifest. @returns the same object if the tag already does */
export function withTag(index: LayoutIndex, tag: string, { mediaType, digest, size }: Descriptor): LayoutIndex {
  const { manifests } = index.document;
  const named = manifests.filter((entry) => nameOf(entry) === tag);
  if (named.length === 1 && named[0]?.["digest"] === digest) return index;
  const entry = { mediaType, digest, size, annotations: { [REF_NAME]: tag } };
  const first = manifests.findIndex((each) => nameOf(each) === tag);
  const others = manifests.filter((each) => nameOf(each) !== tag);
  const at = first < 0 ? others.length : first;
  return { document: { ...index.document, manifests: others.toSpliced(at, 0, entry) } };
}

/**
 * Returns the tag of a repository that a name in an index stands for. The name is a tag such as `7`, as written by
 * mirrorform and skopeo, or the whole reference, as written by `crane pull --annotate-ref`. Undefined if the name
 * belongs to another repository.
 * @param isOneRepository whether the layout contains only this repository, so that a tag is sufficient
 */
export function tagForName(
  name: string,
  image: { registry: string; repository: string },
  isOneRepository: boolean,
): string | undefined {
  if (isTag(name)) return isOneRepository ? name : undefined;
  const full = parseReference(name);
  if (typeof full === "string" || full.digest !== undefined) return undefined;
  return full.registry === image.registry && full.repository === image.repository ? full.tag : undefined;
}

function nameOf(entry: Record<string, unknown>): string | undefined {
  const annotations = entry["annotations"];
  const name = isJsonObject(annotations) ? annotations[REF_NAME] : undefined;
  return typeof name === "string" ? name : undefined;
}
