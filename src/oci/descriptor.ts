import type { Digest } from "./digest.ts";
import type { Platform } from "./platform.ts";

/** A reference from a manifest to content (OCI image-spec, descriptor.md). `size` is in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  platform?: Platform;
  /** The digest of the image that this attestation describes (BuildKit, attestation-storage.md). Not validated. */
  attests?: string;
}
