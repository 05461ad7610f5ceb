import type { ErrorCode } from "../../error-code.ts";
import { parseDigest } from "../../oci/digest.ts";
import { isMissingContent, type RegistryError } from "./registry-errors.ts";

/** The meanings of a refusal by which a registry may refuse the algorithm of a digest. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["DIGEST_MISMATCH", "MANIFEST_REFUSED", "UNEXPECTED_RESPONSE"]);

/**
 * Returns the algorithm of the digest that a target may have refused. Registries must support sha256, and may support
 * others (distribution-spec, "Digests"). Undefined for other requests and refusals.
 * @param code what the response means otherwise
 */
export function refusedAlgorithm(
  code: ErrorCode,
  errors: readonly RegistryError[],
  { reference, side }: { reference: string; side: "source" | "target" },
): string | undefined {
  if (side === "source" || !REFUSALS.has(code) || errors.some(isMissingContent)) return undefined;
  const digest = parseDigest(reference.slice(reference.indexOf("@") + 1));
  const algorithm = digest?.slice(0, digest.indexOf(":"));
  return algorithm === "sha256" ? undefined : algorithm;
}

/** Returns the hint for content that a target refuses because of its digest. */
export function algorithmHint(algorithm: string): string {
  return `mirror the image to a layout, or to a registry that supports ${algorithm}; this one may support only sha256`;
}
