import type { Digest } from "../../oci/digest.ts";

/** The state of an image in the lock file. */
export type Locked =
  | { kind: "digest"; digest: Digest }
  /** The lock file does not contain the image, so it is not copied. */
  | { kind: "no-line" }
  /** The mirror file pins a different digest than the lock file has for the same tag. */
  | { kind: "contradicted"; digest: Digest };
