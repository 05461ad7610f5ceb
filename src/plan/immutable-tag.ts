import type { TagMutability } from "../ecr/settings.ts";

/**
 * Whether ECR refuses to move this tag. `except` turns the default round for the tags its filters match;
 * `*` is the only wildcard (ECR, ImageTagMutabilityExclusionFilter).
 */
export function isImmutableTag(mutability: TagMutability, tag: string): boolean {
  const excepted = mutability.except.some((filter) => matchesFilter(filter, tag));
  return (mutability.default === "IMMUTABLE") !== excepted;
}

/** Walks the literal parts between the wildcards from left to right: linear, as filters come from a pull request. */
function matchesFilter(filter: string, tag: string): boolean {
  const parts = filter.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return filter === tag;
  if (tag.length < first.length + last.length || !tag.startsWith(first) || !tag.endsWith(last)) return false;
  const end = tag.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = tag.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
