import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";

/** What a source said of one reference. */
export type Resolution =
  | {
      kind: "found";
      digest: Digest;
      mediaType: string;
      /** Length of the manifest in bytes, where the source gave one. */
      size: number | undefined;
    }
  | { kind: "failed"; error: ErrorReport };
