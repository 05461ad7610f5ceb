import { parseDigest, type Digest } from "./digest.ts";

/**
 * Most characters of the algorithm and of the hash in a fallback tag (distribution-spec 1.1, "Referrers Tag Schema").
 */
const MAX_ALGORITHM = 32;
const MAX_HASH = 64;

/** Suffixes of the tags that cosign attaches to an image (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
const COSIGN_SUFFIXES = ["sig", "att", "sbom"] as const;

/** A tag that cosign may have written, and the type of its artifact. */
export interface CosignTag {
  tag: string;
  /** The artifact type that cosign uses if it writes the same artifact as a referrer. */
  artifactType: string;
}

/**
 * Returns the tag of the referrers list of a digest on a registry without the referrers API: `sha256-1f3e…`
 * (distribution-spec 1.1, "Referrers Tag Schema").
 */
export function fallbackTag(subject: Digest): string {
  const colon = subject.indexOf(":");
  return `${subject.slice(0, colon).slice(0, MAX_ALGORITHM)}-${subject.slice(colon + 1).slice(0, MAX_HASH)}`;
}

/** Returns the tags that cosign uses for the signatures, attestations and SBOMs of a digest: `sha256-1f3e….sig`. */
export function cosignTags(subject: Digest): CosignTag[] {
  const base = subject.replace(":", "-");
  return COSIGN_SUFFIXES.map((suffix) => ({
    tag: `${base}.${suffix}`,
    artifactType: `application/vnd.dev.cosign.artifact.${suffix}.v1+json`,
  })).filter(({ tag }) => tag.length <= MAX_TAG);
}

/** Returns the artifact type of a cosign tag. Undefined for other tags. */
export function cosignType(subject: Digest, tag: string): string | undefined {
  return cosignTags(subject).find((each) => each.tag === tag)?.artifactType;
}

/** Longest tag (distribution-spec, "Pulling manifests"). A sha512 digest is too long for a cosign tag. */
const MAX_TAG = 128;

/**
 * Whether a tag looks like a fallback tag or a cosign tag with any suffix, because cosign may add others. Such a tag is
 * not a version of an image, and is never deleted on its own.
 */
export function isReferrerTag(tag: string): boolean {
  return REFERRER_TAG.test(tag);
}

const REFERRER_TAG =
  /^sha(?:256-[0-9a-f]{64}|384-[0-9a-f]{64}(?:[0-9a-f]{32})?|512-[0-9a-f]{64}(?:[0-9a-f]{64})?)(?:\..+)?$/;

/**
 * Returns the digest of the image that a referrer tag belongs to. The tag is deleted together with that image, so only
 * exact matches of {@link fallbackTag} and {@link cosignTags} count. Undefined if the tag has a truncated digest.
 */
export function subjectOfTag(tag: string): Digest | undefined {
  const [name = "", ...rest] = tag.split(".");
  const subject = parseDigest(name.replace("-", ":"));
  if (subject === undefined) return undefined;
  const isMatch = rest.length === 0 ? fallbackTag(subject) === tag : cosignType(subject, tag) !== undefined;
  return isMatch ? subject : undefined;
}
