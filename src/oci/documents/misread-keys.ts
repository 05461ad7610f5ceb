import { shortened } from "../../plain-text.ts";
import { decodeUtf8, isJsonObject, parseJsonObject } from "../json-object.ts";
import { repeatedKey } from "./repeated-key.ts";

/** The keys of manifests and indexes (OCI image-spec, manifest.md and image-index.md; Docker manifest v2 schema 2). */
const MANIFEST_KEYS = keys("schemaVersion mediaType artifactType config layers manifests blobs subject annotations");
/** OCI image-spec, descriptor.md. */
const DESCRIPTOR_KEYS = keys("mediaType digest size urls annotations data artifactType platform");
/** OCI image-spec, image-index.md. */
const PLATFORM_KEYS = keys("architecture os os.version os.features variant features");
/** OCI image-spec, config.md. */
const CONFIG_KEYS = keys("created author architecture os os.version os.features variant config rootfs history");
/** OCI image-spec, image-layout.md. */
const LAYOUT_KEYS = keys("imageLayoutVersion");

/** A JSON object with content-addressed or layout data, as every client reads it. */
export type ReadDocument =
  | { kind: "read"; value: Record<string, unknown> }
  | { kind: "not-an-object" }
  /** Clients read it differently. `problem` names the key. */
  | { kind: "ambiguous"; problem: string };

/**
 * Parses a JSON document that other clients read too. Refuses one that they read differently, because they would see
 * different images under one digest: Go ignores the case of letters in keys, and parsers disagree about a repeated key.
 * @param document how to name it in a problem: `the manifest`
 */
function readDocument(
  bytes: Uint8Array,
  document: string,
  misread: (value: Readonly<Record<string, unknown>>) => Misread | undefined,
): ReadDocument {
  const value = parseJsonObject(bytes);
  if (value === undefined) return { kind: "not-an-object" };
  const repeated = repeatedKey(decodeUtf8(bytes));
  if (repeated !== undefined) {
    return { kind: "ambiguous", problem: `${document} has the key "${shortened(repeated)}" twice in one object` };
  }
  const found = misread(value);
  return found === undefined ? { kind: "read", value } : { kind: "ambiguous", problem: `${document} has ${found}` };
}

/** Parses a manifest, an index or a list of referrers. */
export function readManifestDocument(bytes: Uint8Array, document = "the manifest"): ReadDocument {
  return readDocument(bytes, document, misreadManifestKey);
}

/** Parses the config of an image. */
export function readConfigDocument(bytes: Uint8Array): ReadDocument {
  return readDocument(bytes, "the config", (config) => misreadIn(config, CONFIG_KEYS));
}

/** Parses the `oci-layout` of a layout. */
export function readLayoutDocument(bytes: Uint8Array): ReadDocument {
  return readDocument(bytes, "oci-layout", (layout) => misreadIn(layout, LAYOUT_KEYS));
}

/** Which key clients read differently, after "the document has". */
type Misread = string;

function misreadManifestKey(manifest: Readonly<Record<string, unknown>>): Misread | undefined {
  const { config, subject, layers, manifests, blobs } = manifest;
  const descriptors = [
    config,
    subject,
    ...[layers, manifests, blobs].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : [])),
  ];
  return misreadIn(manifest, MANIFEST_KEYS) ?? firstMisread(descriptors);
}

function firstMisread(descriptors: readonly unknown[]): Misread | undefined {
  for (const descriptor of descriptors) {
    if (!isJsonObject(descriptor)) continue;
    const { platform } = descriptor;
    const found =
      misreadIn(descriptor, DESCRIPTOR_KEYS) ??
      (isJsonObject(platform) ? misreadIn(platform, PLATFORM_KEYS) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function misreadIn(value: Readonly<Record<string, unknown>>, known: ReadonlyMap<string, string>): Misread | undefined {
  for (const key of Object.keys(value)) {
    const read = known.get(foldCase(key));
    if (read === undefined || read === key) continue;
    const shown = shortened(key);
    return Object.hasOwn(value, read)
      ? `both "${read}" and "${shown}", which some clients read as one key`
      : `"${shown}", which some clients read as "${read}"`;
  }
  return undefined;
}

function keys(names: string): ReadonlyMap<string, string> {
  return new Map(names.split(" ").map((name) => [foldCase(name), name]));
}

/** Folds the case of a key as Go does: also the long s and the Kelvin sign, letters of their own in lower case. */
export function foldCase(key: string): string {
  return key.toUpperCase().toLowerCase();
}
