import type { Descriptor } from "../oci/descriptor.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import { isJsonObject, parseJsonObject } from "../oci/json-object.ts";
import { isTag, parseReference } from "../oci/reference.ts";

/** The annotation that names an entry of `index.json` (OCI image-spec, annotations.md). */
const REF_NAME = "org.opencontainers.image.ref.name";

/** `index.json` of a layout (OCI image-spec, image-layout.md): an image index. What is not known here is kept. */
export interface LayoutIndex {
  /** The whole document; `manifests` is a list of objects. */
  document: Record<string, unknown> & { manifests: Record<string, unknown>[] };
}

/** As a layout begins. */
export const EMPTY_INDEX: LayoutIndex = {
  document: { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] },
};

/** Reads `index.json`; undefined when it is none. */
export function parseLayoutIndex(bytes: Uint8Array): LayoutIndex | undefined {
  const document = parseJsonObject(bytes);
  const manifests = document?.["manifests"];
  if (document === undefined || !Array.isArray(manifests) || !manifests.every(isJsonObject)) return undefined;
  return { document: { ...document, manifests } };
}

/** The text of `index.json`. */
export function formatLayoutIndex({ document }: LayoutIndex): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The digests that entries give a name to; more than one where the index contradicts itself. */
export function digestsNamed(index: LayoutIndex, isMeant: (name: string) => boolean): Digest[] {
  const found = index.document.manifests.flatMap((entry) => {
    const name = nameOf(entry);
    const digest = typeof entry["digest"] === "string" ? parseDigest(entry["digest"]) : undefined;
    return name !== undefined && digest !== undefined && isMeant(name) ? [digest] : [];
  });
  return [...new Set(found)];
}

/** Every name in the index, in its order. */
export function namesIn(index: LayoutIndex): string[] {
  return index.document.manifests.flatMap((entry) => nameOf(entry) ?? []);
}

/** Points a tag at a manifest. @returns the same index when it does already */
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
 * The tag of a repository that a name in an index means: `7`, as skopeo and we write it in a layout of one repository, or
 * the whole reference, as `crane pull --annotate-ref` does. Undefined for a name of something else.
 * @param isOneRepository whether the layout is that repository's own, so that a bare tag says enough
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
