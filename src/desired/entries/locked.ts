import type { Digest } from "../../oci/digest.ts";

/** What a lock says of an image. */
export type Locked =
  | { kind: "digest"; digest: Digest }
  /** There is a lock, and it does not have the image: nothing is copied. */
  | { kind: "no-line" }
  /** The mirror file pins another digest than the lock's line for the same tag has. */
  | { kind: "contradicted"; digest: Digest };
