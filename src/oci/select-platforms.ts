import type { Descriptor } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { isIndexType, OCI_INDEX } from "./media-type.ts";
import { choosesPlatform, isRunnable, platformText } from "./platform.ts";
import { selectionAnnotations } from "./selection.ts";

/** An index with the selected platforms of another, and its children. */
export interface SelectedIndex {
  manifest: Manifest;
  children: Descriptor[];
}

/** Why platforms cannot be selected from an index. */
export type SelectionProblem =
  /** `present` has the platforms of the index, in normal form and sorted. */
  { kind: "missing"; missing: string[]; present: string[] } | { kind: "nested" } | { kind: "invalid"; message: string };

/** The annotation of a BuildKit attestation with the digest of its subject (BuildKit, attestation-storage.md). */
const ATTESTS = "vnd.docker.reference.digest";

/**
 * Creates an OCI index with the selected platforms of an index. A Docker manifest list becomes an OCI index too,
 * because it cannot have annotations. The new index has the source's descriptors of those platforms and of their
 * attestations, unchanged and in the same order, the source's annotations, and two that record the selection. It has no
 * `subject` or `artifactType`, because these describe the whole source index. The same input gives the same bytes.
 * @param platforms in normal form and sorted
 */
export function selectPlatforms(index: Manifest, platforms: readonly string[]): SelectedIndex | SelectionProblem {
  const content = readManifest(index);
  const body = parseJsonObject(index.bytes);
  if (content.kind !== "index" || body === undefined) {
    return { kind: "invalid", message: "message" in content ? content.message : "the manifest is not an index" };
  }
  const { manifests: children } = content;
  // To find the platforms of a nested index, mirrorform would have to read it, which may cost a pull.
  if (children.some(({ mediaType }) => isIndexType(mediaType))) return { kind: "nested" };
  const texts = children.map(({ platform }) =>
    platform !== undefined && isRunnable(platform) ? platformText(platform) : undefined,
  );
  const present = new Set(texts.filter((text) => text !== undefined));
  const missing = platforms.filter((selected) => ![...present].some((platform) => choosesPlatform(selected, platform)));
  if (missing.length > 0) return { kind: "missing", missing, present: [...present].toSorted() };

  const raw = Array.isArray(body["manifests"]) ? (body["manifests"] as unknown[]) : [];
  const isSelected = texts.map(
    (text) => text !== undefined && platforms.some((selected) => choosesPlatform(selected, text)),
  );
  const selected = new Set<string>(children.filter((_child, i) => isSelected[i]).map(({ digest }) => digest));
  const isKept = children.map(
    (_child, i) => isSelected[i] === true || (texts[i] === undefined && selected.has(attestedDigest(raw[i]))),
  );
  const selection = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: raw.filter((_child, i) => isKept[i]),
    annotations: { ...annotationsOf(body), ...selectionAnnotations({ source: index.digest, platforms }) },
  };
  const bytes = serialize(selection);
  if (bytes === undefined) return { kind: "invalid", message: "the JSON of the index is nested too deeply" };
  return {
    manifest: { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) },
    children: children.filter((_child, i) => isKept[i]),
  };
}

/** Serializes an index. Undefined if it is nested so deeply that it can be parsed but not serialized. */
function serialize(index: object): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(index));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads the digest of an attestation's subject. Empty if the descriptor is not an attestation. */
function attestedDigest(descriptor: unknown): string {
  const digest = annotationsOf(descriptor)[ATTESTS];
  return typeof digest === "string" ? digest : "";
}

function annotationsOf(value: unknown): Record<string, unknown> {
  const annotations = isJsonObject(value) ? value["annotations"] : undefined;
  return isJsonObject(annotations) ? annotations : {};
}
