import { isUnreadable, type Actual, type ActualTarget, type HeldManifest } from "../../actual/actual.ts";
import type { Digest } from "../../oci/digest.ts";
import { choiceKey, type Choice } from "../../oci/platforms/selection.ts";
import type { HeldAt } from "../action.ts";
import { compareText } from "../rows/row-order.ts";

/** Places listed for each target: enough to have another one when one fails, and to leave out the image's own. */
const MOST_AT_A_TARGET = 9;

/** Finds the repositories of targets that already have an image. */
export interface HeldPlaces {
  /** Returns the repositories that are known to have a digest, a few for each target. */
  ofDigest(digest: Digest): readonly HeldAt[];
  /** Returns a manifest that was looked for by digest and found; undefined if no target has it. */
  manifestOf(digest: Digest): HeldManifest | undefined;
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
  const manifests = new Map<Digest, HeldManifest>();
  for (const { target, repository, digest, manifest } of actual.flatMap(foundByDigest)) {
    add(digest, { target, repository });
    manifests.set(digest, manifest);
  }
  const listed = new Map<string, readonly HeldAt[]>();
  const found = (key: string): readonly HeldAt[] => {
    const known = listed.get(key) ?? fewAtEach([...(places.get(key)?.values() ?? [])].toSorted(comparePlaces));
    listed.set(key, known);
    return known;
  };
  return {
    ofDigest: found,
    manifestOf: (digest) => manifests.get(digest),
    ofSelection: (source, choice) => found(keyOf(source, choice)),
  };
}

/** Keeps the first places at each target. A base image can be in thousands of repositories. */
function fewAtEach(sorted: readonly HeldAt[]): HeldAt[] {
  const counts = new Map<string, number>();
  return sorted.filter(({ target }) => {
    const count = (counts.get(target) ?? 0) + 1;
    counts.set(target, count);
    return count <= MOST_AT_A_TARGET;
  });
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

function foundByDigest(
  actual: Actual,
): { target: string; repository: string; digest: Digest; manifest: HeldManifest }[] {
  if (isUnreadable(actual)) return [];
  return [...(actual.manifests ?? [])].flatMap(([repository, held]) =>
    [...held].map(([digest, manifest]) => ({ target: actual.name, repository, digest, manifest })),
  );
}

function comparePlaces(a: HeldAt, b: HeldAt): number {
  return compareText(a.target, b.target) || compareText(a.repository, b.repository);
}
