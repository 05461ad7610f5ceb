import { parseDigest, type Digest } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import type { Manifest } from "./manifest.ts";
import { OCI_INDEX } from "./media-type.ts";

/** What an index says that was made of another by choosing platforms: which one, and which platforms. */
export interface Selection {
  /** Of the index that it was made of. */
  source: Digest;
  /** In normal form, sorted. */
  platforms: readonly string[];
}

/** The annotation with the digest of the index that an index was made of. */
export const SOURCE_DIGEST = "dev.mirrorform.source.digest";
/** The annotation with the platforms that were chosen, in normal form, sorted, joined by commas. */
export const PLATFORMS = "dev.mirrorform.platforms";

/** The annotations of an index made by choosing platforms. */
export function selectionAnnotations({ source, platforms }: Selection): Record<string, string> {
  return { [SOURCE_DIGEST]: source, [PLATFORMS]: platforms.join(",") };
}

/** What a manifest says of its making; undefined for one that was not made by choosing platforms. */
export function readSelection({ mediaType, bytes }: Pick<Manifest, "mediaType" | "bytes">): Selection | undefined {
  // We write the names plainly: an index without them need not be understood.
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
