import type { TagMutability } from "./settings.ts";
import { matchesWildcard } from "../oci/wildcard.ts";

/**
 * Returns whether a tag is immutable. `except` inverts the default for tags that match one of its filters.
 * `*` is the only wildcard (ECR API reference, ImageTagMutabilityExclusionFilter).
 */
export function isImmutableTag(mutability: TagMutability, tag: string): boolean {
  const excepted = mutability.except.some((filter) => matchesWildcard(filter, tag));
  return (mutability.default === "IMMUTABLE") !== excepted;
}
