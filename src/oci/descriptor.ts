import type { Digest } from "./digest.ts";
import type { Platform } from "./platform.ts";

/** What a manifest says of content it refers to. OCI image-spec descriptor.md. `size` is in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  platform?: Platform;
}
