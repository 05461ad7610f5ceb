import type { TagMutability } from "./settings.ts";
import { matchesWildcard } from "../oci/wildcard.ts";

/**
 * Whether ECR refuses to move this tag. `except` turns the default round for the tags its filters match;
 * `*` is the only wildcard (ECR, ImageTagMutabilityExclusionFilter).
 */
export function isImmutableTag(mutability: TagMutability, tag: string): boolean {
  const excepted = mutability.except.some((filter) => matchesWildcard(filter, tag));
  return (mutability.default === "IMMUTABLE") !== excepted;
}
