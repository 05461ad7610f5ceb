import type { Descriptor } from "../descriptor.ts";
import { digestOf, type Digest } from "../digest.ts";
import { isJsonObject, parseJsonObject } from "../json-object.ts";
import { readManifest, type Manifest } from "../manifest.ts";
import { isIndexType, OCI_INDEX } from "../media-type.ts";
import { choosesPlatform, isRunnable, platformText } from "./platform.ts";
import { selectionAnnotations, type Choice } from "./selection.ts";

/** An index with the chosen part of another, and its children. */
export interface SelectedIndex {
  manifest: Manifest;
  children: Descriptor[];
}

/** Why there is no index with a part of another. */
export type SelectionProblem =
  /** Everything is chosen, so that the index can stay as it is. */
  | { kind: "whole" }
  /** `present` has the platforms of the index, in normal form and sorted. */
  | { kind: "missing"; missing: string[]; present: string[] }
  | { kind: "nested" }
  | { kind: "invalid"; message: string };

/** Nothing is missing at the source. */
const NOTHING: ReadonlySet<Digest> = new Set();

/**
 * Creates an OCI index with the chosen platforms of an index. A Docker manifest list becomes an OCI index too, because it
 * cannot have annotations. The new index has the source's descriptors of those platforms and of their attestations,
 * unchanged and in the same order, the source's annotations, and those that record the choice. It has no `subject` or
 * `artifactType`, because these describe the whole source index. The same input gives the same bytes.
 * @param gone attestations that the source no longer has: left out
 */
export function selectPlatforms(
  index: Manifest,
  choice: Choice,
  gone: ReadonlySet<Digest> = NOTHING,
): SelectedIndex | SelectionProblem {
  const { platforms, attestations } = choice;
  const content = readManifest(index);
  const body = parseJsonObject(index.bytes);
  if (content.kind !== "index" || body === undefined) {
    return { kind: "invalid", message: "message" in content ? content.message : "the manifest is not an index" };
  }
  const { manifests: children } = content;
  // To find the platforms of a nested index, mirrorform would have to read it, which may cost a pull.
  if (children.some(({ mediaType }) => isIndexType(mediaType))) return { kind: "nested" };
  const texts = children.map(textOf);
  const present = new Set(texts.filter((text) => text !== undefined));
  const missing = (platforms ?? []).filter(
    (selected) => ![...present].some((platform) => choosesPlatform(selected, platform)),
  );
  if (missing.length > 0) return { kind: "missing", missing, present: [...present].toSorted() };

  const isSelected = children.map((child, i) => isChosen(child, texts[i], platforms));
  const selected = new Set<string>(children.filter((_child, i) => isSelected[i]).map(({ digest }) => digest));
  const isKept = children.map(({ attests, digest }, i) => {
    if (isSelected[i] === true) return true;
    return attestations !== false && attests !== undefined && selected.has(attests) && !gone.has(digest);
  });
  if (platforms === undefined && !isKept.includes(false)) return { kind: "whole" };
  const raw = Array.isArray(body["manifests"]) ? (body["manifests"] as unknown[]) : [];
  const selection = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: raw.filter((_child, i) => isKept[i]),
    annotations: { ...annotationsOf(body), ...selectionAnnotations({ source: index.digest, ...choice }) },
  };
  const bytes = serialize(selection);
  if (bytes === undefined) return { kind: "invalid", message: "the JSON of the index is nested too deeply" };
  return {
    manifest: { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) },
    children: children.filter((_child, i) => isKept[i]),
  };
}

/** Whether a manifest is an index with attestations of BuildKit. */
export function hasAttestations(manifest: Manifest): boolean {
  const content = readManifest(manifest);
  return content.kind === "index" && content.manifests.some(isAttestation);
}

/** Whether a child of an index is an attestation of BuildKit. */
export function isAttestation({ attests }: Descriptor): boolean {
  return attests !== undefined;
}

/** Without a list of platforms, everything but attestations is chosen. */
function isChosen(child: Descriptor, text: string | undefined, platforms: readonly string[] | undefined): boolean {
  if (platforms === undefined) return !isAttestation(child);
  return text !== undefined && platforms.some((selected) => choosesPlatform(selected, text));
}

function textOf({ platform }: Descriptor): string | undefined {
  return platform !== undefined && isRunnable(platform) ? platformText(platform) : undefined;
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

function annotationsOf(value: unknown): Record<string, unknown> {
  const annotations = isJsonObject(value) ? value["annotations"] : undefined;
  return isJsonObject(annotations) ? annotations : {};
}
