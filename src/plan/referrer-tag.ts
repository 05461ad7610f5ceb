/**
 * Whether a tag says of which image its own is a signature, an SBOM or the like: the fallback tag of the referrers API
 * (`sha256-<hex>`, OCI distribution-spec, "Referrers Tag Schema") and cosign's (`sha256-<hex>.sig`, `.att`, `.sbom`).
 * Such a tag is no version of an image, and goes with its image.
 */
export function isReferrerTag(tag: string): boolean {
  return subjectOfTag(tag) !== undefined;
}

/** The digest that such a tag names. */
export function subjectOfTag(tag: string): string | undefined {
  const found = REFERRER_TAG.exec(tag);
  return found === null ? undefined : `${found[1]}:${found[2]}`;
}

/** The fallback tag is cut to 64 characters of the hash, so that of sha512 names no digest, and is left alone. */
const REFERRER_TAG = /^(sha256|sha512)-([0-9a-f]{64})(?:\.[a-z]+)?$/;
