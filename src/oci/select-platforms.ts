import type { Descriptor } from "./descriptor.ts";
import { digestOf } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { isIndexType, OCI_INDEX } from "./media-type.ts";
import { isRunnable, platformText } from "./platform.ts";
import { selectionAnnotations } from "./selection.ts";

/** An index of some platforms of another, and the children that it names. */
export interface SelectedIndex {
  manifest: Manifest;
  children: Descriptor[];
}

/** Why there is none. */
export type SelectionProblem =
  /** `present` are the platforms of the index, in normal form, sorted. */
  { kind: "missing"; missing: string[]; present: string[] } | { kind: "nested" } | { kind: "invalid"; message: string };

/** The annotation of a BuildKit attestation with the digest of the child that it is about (BuildKit, attestation-storage.md). */
const ATTESTS = "vnd.docker.reference.digest";

/**
 * Makes an index of some platforms of another: a new OCI index, also for a Docker manifest list, which can carry no
 * annotations. It has the source's own descriptors of those platforms and of their attestations, as they are and in
 * their order, the source's annotations, and two of ours, which say what it was made of. The same input gives the same
 * bytes. Nothing else is taken over: `subject` and `artifactType` speak of the source as a whole.
 * @param platforms in normal form, sorted
 */
export function selectPlatforms(index: Manifest, platforms: readonly string[]): SelectedIndex | SelectionProblem {
  const content = readManifest(index);
  const body = parseJsonObject(index.bytes);
  if (content.kind !== "index" || body === undefined) {
    return { kind: "invalid", message: "message" in content ? content.message : "the manifest is no index" };
  }
  const { manifests: children } = content;
  // Which platforms an index in an index has nobody knows without reading it, which may be a pull.
  if (children.some(({ mediaType }) => isIndexType(mediaType))) return { kind: "nested" };
  const texts = children.map(({ platform }) =>
    platform !== undefined && isRunnable(platform) ? platformText(platform) : undefined,
  );
  const present = new Set(texts.filter((text) => text !== undefined));
  const missing = platforms.filter((platform) => !present.has(platform));
  if (missing.length > 0) return { kind: "missing", missing, present: [...present].toSorted() };

  const raw = Array.isArray(body["manifests"]) ? (body["manifests"] as unknown[]) : [];
  const isSelected = texts.map((text) => text !== undefined && platforms.includes(text));
  const chosen = new Set<string>(children.filter((_child, i) => isSelected[i]).map(({ digest }) => digest));
  const isKept = children.map(
    (_child, i) => isSelected[i] === true || (texts[i] === undefined && chosen.has(attested(raw[i]))),
  );
  const made = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: raw.filter((_child, i) => isKept[i]),
    annotations: { ...annotationsOf(body), ...selectionAnnotations({ source: index.digest, platforms }) },
  };
  const bytes = written(made);
  if (bytes === undefined) return { kind: "invalid", message: "the index is nested too deeply to be written anew" };
  return {
    manifest: { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) },
    children: children.filter((_child, i) => isKept[i]),
  };
}

/** A descriptor may hold anything; values within values by the thousand can be read, but not be written. */
function written(index: object): Uint8Array | undefined {
  try {
    return Buffer.from(JSON.stringify(index));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The digest that a descriptor says it is an attestation of; empty where it says none. */
function attested(descriptor: unknown): string {
  const digest = annotationsOf(descriptor)[ATTESTS];
  return typeof digest === "string" ? digest : "";
}

function annotationsOf(value: unknown): Record<string, unknown> {
  const annotations = isJsonObject(value) ? value["annotations"] : undefined;
  return isJsonObject(annotations) ? annotations : {};
}
