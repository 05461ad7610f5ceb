import { parseDigest, type Digest } from "../digest.ts";
import { isJsonObject, parseJsonObject } from "../json-object.ts";
import type { Manifest } from "../manifest.ts";
import { OCI_INDEX } from "../media-type.ts";

/** What to copy of an index. Everything if both keys are missing. */
export interface Choice {
  /** The selected platforms, in normal form and sorted. All if missing. */
  platforms?: readonly string[];
  /** Whether BuildKit's attestations are left out. */
  attestations?: false;
}

/** How an index was created from another by choosing a part of it. */
export interface Selection extends Choice {
  /** Digest of the original index. */
  source: Digest;
}

/** The annotation with the digest of the original index. */
export const SOURCE_DIGEST = "dev.mirrorform.source.digest";
/** The annotation with the selected platforms, in normal form, sorted and separated by commas, or `all`. */
export const PLATFORMS = "dev.mirrorform.platforms";
/** The annotation of an index without the source's attestations. */
export const ATTESTATIONS = "dev.mirrorform.attestations";
const ALL = "all";
const LEFT_OUT = "false";

/** Whether only a part of an index is copied, in an index of its own. */
export function selects({ platforms, attestations }: Choice): boolean {
  return platforms !== undefined || attestations === false;
}

/** Returns only what is chosen, without other keys. */
export function choiceOf({ platforms, attestations }: Choice): Choice {
  return { ...(platforms === undefined ? {} : { platforms }), ...(attestations === false ? { attestations } : {}) };
}

/** Returns the annotations of an index with a part of another. */
export function selectionAnnotations({ source, platforms, attestations }: Selection): Record<string, string> {
  return {
    [SOURCE_DIGEST]: source,
    [PLATFORMS]: platforms?.join(",") ?? ALL,
    ...(attestations === false ? { [ATTESTATIONS]: LEFT_OUT } : {}),
  };
}

/** Reads the selection from the annotations of an index. Undefined for other manifests. */
export function readSelection({ mediaType, bytes }: Pick<Manifest, "mediaType" | "bytes">): Selection | undefined {
  // mirrorform writes the annotation name unescaped, so an index without it need not be parsed.
  if (mediaType !== OCI_INDEX || Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(SOURCE_DIGEST) < 0) {
    return undefined;
  }
  const annotations = parseJsonObject(bytes)?.["annotations"];
  if (!isJsonObject(annotations)) return undefined;
  const { [SOURCE_DIGEST]: digest, [PLATFORMS]: platforms, [ATTESTATIONS]: attestations } = annotations;
  if (typeof digest !== "string" || typeof platforms !== "string") return undefined;
  const source = parseDigest(digest);
  if (source === undefined) return undefined;
  return {
    source,
    ...(platforms === ALL ? {} : { platforms: platforms.split(",") }),
    ...(attestations === LEFT_OUT ? { attestations: false } : {}),
  };
}

/** Whether two choices are the same. Platforms must be in normal form. */
export function sameChoice(one: Choice, other: Choice): boolean {
  return choiceKey(one) === choiceKey(other);
}

/** Returns a text that is the same for the same choices only. */
export function choiceKey({ platforms, attestations }: Choice): string {
  return `${platforms?.join(",") ?? ALL}${attestations === false ? " without attestations" : ""}`;
}
