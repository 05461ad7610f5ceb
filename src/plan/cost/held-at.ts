import { isUnreadable, type Actual, type ActualTarget } from "../../actual/actual.ts";
import type { Digest } from "../../oci/digest.ts";
import { choiceKey, type Choice } from "../../oci/selection.ts";
import type { HeldAt } from "../action.ts";
import { compareText } from "../rows/row-order.ts";

/** Finds the repositories of targets that already have an image. */
export interface HeldPlaces {
  /** Returns the repositories that have a digest under a declared tag. */
  ofDigest(digest: Digest): readonly HeldAt[];
  /** Returns the repositories that have an index made from a digest with this choice, and the digest of that index. */
  ofSelection(source: Digest, choice: Choice): readonly HeldAt[];
}

export function findHeldPlaces(actual: readonly Actual[]): HeldPlaces {
  const places = new Map<string, Map<string, HeldAt>>();
  const add = (key: string, place: HeldAt) => {
    const known = places.get(key) ?? new Map<string, HeldAt>();
    places.set(key, known.set(`${place.target} ${place.repository}`, place));
  };
  for (const target of actual) {
    if (isUnreadable(target)) continue;
    for (const { repository, tag, digest } of heldTags(target)) {
      const place = { target: target.name, repository };
      add(digest, place);
      const content = target.contents?.get(repository)?.get(tag);
      const selection = content?.kind === "index" ? content.selection : undefined;
      if (selection !== undefined) add(keyOf(selection.source, selection), { ...place, digest });
    }
  }
  const found = (key: string) => [...(places.get(key)?.values() ?? [])].toSorted(comparePlaces);
  return {
    ofDigest: found,
    ofSelection: (source, choice) => found(keyOf(source, choice)),
  };
}

function keyOf(source: Digest, choice: Choice): string {
  return `${source} ${choiceKey(choice)}`;
}

function* heldTags(target: ActualTarget): Generator<{ repository: string; tag: string; digest: Digest }> {
  for (const [repository, tags] of target.tags) {
    if (!(tags instanceof Map)) continue;
    for (const [tag, digest] of tags as ReadonlyMap<string, Digest>) yield { repository, tag, digest };
  }
}

function comparePlaces(a: HeldAt, b: HeldAt): number {
  return compareText(a.target, b.target) || compareText(a.repository, b.repository);
}
