import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Difference } from "../http/verified-stream.ts";

/**
 * Creates the error for a blob that does not match the manifest that names it.
 * @param reference the blob at the source, if known, or at the target
 * @param manifest the manifest, if known
 */
export function wrongBlob(
  { message, isSize }: Difference,
  reference: string | undefined,
  manifest?: Digest,
): MirrorError {
  const named = manifest === undefined ? "the manifest" : `manifest ${manifest}`;
  return new MirrorError(`the source sent a blob that does not match ${named}: ${message}`, {
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "read blob",
    reference,
    hint: isSize
      ? "rerun; if the error persists, the manifest states a wrong size, or a cache or the registry is broken"
      : undefined,
  });
}
