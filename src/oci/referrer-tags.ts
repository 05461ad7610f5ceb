import { parseDigest, type Digest } from "./digest.ts";

/** So much of an algorithm and of a hash gets into a fallback tag (distribution-spec 1.1, "Referrers Tag Schema"). */
const MAX_ALGORITHM = 32;
const MAX_HASH = 64;

/** What cosign ties to an image by a tag of its own, by the tag's ending (sigstore/cosign, specs/SIGNATURE_SPEC.md). */
const COSIGN_ENDINGS = ["sig", "att", "sbom"] as const;

/** A tag that cosign may have written, and the artifact type that it stands for. */
export interface CosignTag {
  tag: string;
  /** As cosign names the same artifacts where it writes them as referrers. */
  artifactType: string;
}

/**
 * The tag under which a registry without the referrers API keeps the list of what refers to a digest:
 * `sha256-1f3e…`. Distribution-spec 1.1, "Referrers Tag Schema".
 */
export function fallbackTag(subject: Digest): string {
  const colon = subject.indexOf(":");
  return `${subject.slice(0, colon).slice(0, MAX_ALGORITHM)}-${subject.slice(colon + 1).slice(0, MAX_HASH)}`;
}

/** The tags under which cosign keeps signatures, attestations and SBOMs of a digest: `sha256-1f3e….sig`. */
export function cosignTags(subject: Digest): CosignTag[] {
  const base = subject.replace(":", "-");
  return COSIGN_ENDINGS.map((ending) => ({
    tag: `${base}.${ending}`,
    artifactType: `application/vnd.dev.cosign.artifact.${ending}.v1+json`,
  })).filter(({ tag }) => tag.length <= MAX_TAG);
}

/** The artifact type that a tag of cosign's stands for; undefined of any other tag. */
export function cosignType(subject: Digest, tag: string): string | undefined {
  return cosignTags(subject).find((each) => each.tag === tag)?.artifactType;
}

/** No tag is longer (distribution-spec, "Pulling manifests"): a sha512 digest has no cosign tag. */
const MAX_TAG = 128;

/**
 * Whether a tag has the form of one that says what refers to an image: a fallback tag, or one of cosign's, with whatever
 * ending, as cosign may get others. Such a tag is no version of an image, and is never deleted by itself.
 */
export function isReferrerTag(tag: string): boolean {
  return REFERRER_TAG.test(tag);
}

const REFERRER_TAG =
  /^sha(?:256-[0-9a-f]{64}|384-[0-9a-f]{64}(?:[0-9a-f]{32})?|512-[0-9a-f]{64}(?:[0-9a-f]{64})?)(?:\..+)?$/;

/**
 * The digest that such a tag is about, and with whose image it is deleted: so only the very tags of {@link fallbackTag}
 * and {@link cosignTags}. Undefined where the tag has not the whole digest, as it was cut.
 */
export function subjectOfTag(tag: string): Digest | undefined {
  const [name = "", ...rest] = tag.split(".");
  const subject = parseDigest(name.replace("-", ":"));
  if (subject === undefined) return undefined;
  const isOfIt = rest.length === 0 ? fallbackTag(subject) === tag : cosignType(subject, tag) !== undefined;
  return isOfIt ? subject : undefined;
}
