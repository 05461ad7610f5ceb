import { createHash, type Hash } from "node:crypto";

/** A well-formed content digest, such as `sha256:9f86…` (OCI image-spec, descriptor.md, "Digests"). */
export type Digest = string & { readonly brand: "Digest" };

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Parses a digest with an algorithm that Docker accepts: sha256, sha384 or sha512
 * (github.com/opencontainers/go-digest). Undefined if the text is not a digest.
 */
export function parseDigest(text: string): Digest | undefined {
  const colon = text.indexOf(":");
  const length = HEX_LENGTH[text.slice(0, colon)];
  if (length === undefined) return undefined;
  const hex = text.slice(colon + 1);
  return hex.length === length && /^[0-9a-f]+$/.test(hex) ? (text as Digest) : undefined;
}

/** Computes the sha256 digest of `bytes`. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

/** Creates a hash with the algorithm of `digest`. */
export function hashFor(digest: Digest): Hash {
  return createHash(algorithmOf(digest));
}

/** Whether `bytes` have the digest `digest`. */
export function matchesDigest(bytes: Uint8Array, digest: Digest): boolean {
  return hashFor(digest).update(bytes).digest("hex") === digest.slice(digest.indexOf(":") + 1);
}

/** Whether two digests have the same algorithm. Only then does their text show whether they name the same content. */
export function sameAlgorithm(one: Digest, other: Digest): boolean {
  return algorithmOf(one) === algorithmOf(other);
}

function algorithmOf(digest: Digest): string {
  return digest.slice(0, digest.indexOf(":"));
}

/**
 * Shortens a digest to 12 hex digits for display: `sha256:1f3e0a5f77c1…`. 12 digits can be made to collide.
 * @param other a digest that it is shown next to; returned whole if only the rest of it differs
 */
export function abbreviateDigest(digest: string, other?: string | null): string {
  if (other != null && other !== digest && abbreviateDigest(other) === abbreviateDigest(digest)) return digest;
  const colon = digest.indexOf(":");
  return `${digest.slice(0, colon + 1)}${digest.slice(colon + 1, colon + 13)}…`;
}

/** A digest, the tag that stands for one (`sha256-…`), or its digits alone, as in the path of a file in storage. */
const DIGESTS = /\b(sha(?:256|384|512)[:-])?([0-9a-f]{12})[0-9a-f]{52,}\b/g;

/** Shortens every digest in a text as {@link abbreviateDigest} does. */
export function abbreviateDigests(text: string): string {
  return text.replaceAll(DIGESTS, "$1$2…");
}
