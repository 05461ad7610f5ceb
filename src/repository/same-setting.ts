import type { TagMutability } from "./settings.ts";

/** Returns whether two settings are equivalent. The order of filters and duplicates have no meaning. */
export function isSameTagMutability(one: TagMutability, other: TagMutability): boolean {
  const [left, right] = [new Set(one.except), new Set(other.except)];
  return one.default === other.default && left.size === right.size && [...left].every((filter) => right.has(filter));
}

/** Returns the resource tags that differ, with their current and wanted values. Ignores tags that are not in `wanted`. */
export function differingTags(
  wanted: Readonly<Record<string, string>>,
  have: Readonly<Record<string, string>>,
): { from: Record<string, string | null>; to: Record<string, string> } | undefined {
  const known = new Map(Object.entries(have));
  const differing = Object.entries(wanted).filter(([key, value]) => known.get(key) !== value);
  if (differing.length === 0) return undefined;
  return {
    from: Object.fromEntries(differing.map(([key]) => [key, known.get(key) ?? null])),
    to: Object.fromEntries(differing),
  };
}
