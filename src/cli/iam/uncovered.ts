import { matchesWildcard } from "../../oci/wildcard.ts";
import type { Steps } from "../../steps.ts";

/**
 * Sorts resources, and removes those that a wildcard of another one covers. Compares a resource only with the wildcards
 * that have its start and its end: there can be thousands of each.
 */
export function* uncovered(resources: readonly string[]): Steps<string[]> {
  const all = [...new Set(resources)].toSorted();
  const index = indexWildcards(all.filter((each) => each.includes("*")));
  const kept: string[] = [];
  for (const each of all) {
    if (!isCovered(each, index)) kept.push(each);
    yield;
  }
  return kept;
}

/** Wildcards by the text before their first `*`, then by the text after their last one. */
type Index = Map<string, Map<string, string[]>>;

function indexWildcards(patterns: readonly string[]): Index {
  const index: Index = new Map();
  for (const pattern of patterns) {
    const start = pattern.slice(0, pattern.indexOf("*"));
    const end = pattern.slice(pattern.lastIndexOf("*") + 1);
    const byEnd = index.get(start) ?? new Map<string, string[]>();
    index.set(start, byEnd);
    const alike = byEnd.get(end) ?? [];
    byEnd.set(end, alike);
    alike.push(pattern);
  }
  return index;
}

function isCovered(text: string, index: Index): boolean {
  for (let length = 0; index.size > 0 && length <= text.length; length += 1) {
    const byEnd = index.get(text.slice(0, length));
    if (byEnd === undefined) continue;
    for (let from = length; from <= text.length; from += 1) {
      const patterns = byEnd.get(text.slice(from)) ?? [];
      if (patterns.some((pattern) => pattern !== text && matchesWildcard(pattern, text))) return true;
    }
  }
  return false;
}
