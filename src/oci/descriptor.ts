import type { Digest } from "./digest.ts";
import type { Platform } from "./platforms/platform.ts";

/** A reference from a manifest to content (OCI image-spec, descriptor.md). `size` is in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  platform?: Platform;
  /** The digest of the image that this attestation describes (BuildKit, attestation-storage.md). Not validated. */
  attests?: string;
}

/**
 * Identifies content as a manifest describes it. Includes the size, because a manifest may state a wrong one, which must
 * not affect other manifests that name the same content.
 */
export function blobKey({ digest, size }: Pick<Descriptor, "digest" | "size">): string {
  return `${digest} ${size}`;
}
