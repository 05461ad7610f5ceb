import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";

/** The result of resolving one reference at its source. */
export type Resolution =
  | {
      kind: "found";
      digest: Digest;
      mediaType: string;
      /** Length of the manifest in bytes, if the source reported it. */
      size: number | undefined;
    }
  | { kind: "failed"; error: ErrorReport };
