import { parseDigest, type Digest } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import type { Manifest } from "./manifest.ts";
import { OCI_INDEX } from "./media-type.ts";

/** How an index was created from another by selecting platforms. */
export interface Selection {
  /** Digest of the original index. */
  source: Digest;
  /** In normal form and sorted. */
  platforms: readonly string[];
}

/** The annotation with the digest of the original index. */
export const SOURCE_DIGEST = "dev.mirrorform.source.digest";
/** The annotation with the selected platforms, in normal form, sorted and separated by commas. */
export const PLATFORMS = "dev.mirrorform.platforms";

/** Returns the annotations of an index with selected platforms. */
export function selectionAnnotations({ source, platforms }: Selection): Record<string, string> {
  return { [SOURCE_DIGEST]: source, [PLATFORMS]: platforms.join(",") };
}

/** Reads the selection from the annotations of an index. Undefined for other manifests. */
export function readSelection({ mediaType, bytes }: Pick<Manifest, "mediaType" | "bytes">): Selection | undefined {
  // mirrorform writes the annotation name unescaped, so an index without it need not be parsed.
  if (mediaType !== OCI_INDEX || Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(SOURCE_DIGEST) < 0) {
    return undefined;
  }
  const annotations = parseJsonObject(bytes)?.["annotations"];
  if (!isJsonObject(annotations)) return undefined;
  const { [SOURCE_DIGEST]: digest, [PLATFORMS]: platforms } = annotations;
  if (typeof digest !== "string" || typeof platforms !== "string") return undefined;
  const source = parseDigest(digest);
  return source === undefined ? undefined : { source, platforms: platforms.split(",") };
}

/** Whether two lists in normal form name the same platforms. */
export function samePlatforms(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((platform, i) => platform === other[i]);
}
