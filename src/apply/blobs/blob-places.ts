import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import type { ImageSource, TargetRepository } from "../ports.ts";
import type { BlobRequest } from "./blob-request.ts";
import type { OpenBlob } from "./resumed-blob.ts";

/** A repository that a blob can be read from: of a source, or, where `source` is undefined, of a target. */
export interface BlobPlace {
  source: ImageSource | undefined;
  from: string;
  open: OpenBlob;
}

/** A repository of a source that sent wrong bytes for a blob. */
export type BadSource = Pick<BlobPlace, "source" | "from"> & { blob: Descriptor };

/**
 * Lists where a blob can be read, each place once: target repositories first, then the source of every request. A source
 * may serve a blob that another one denies.
 */
export function placesFor(
  blob: Descriptor,
  requests: readonly BlobRequest[],
  locations: readonly TargetRepository[],
): BlobPlace[] {
  const places: BlobPlace[] = locations.map(({ target, repository: from }) => ({
    source: undefined,
    from,
    open: (offset, signal) => target.openBlob(from, blob, offset, signal),
  }));
  for (const { source, from } of requests) {
    if (places.some((place) => place.source === source && place.from === from)) continue;
    places.push({ source, from, open: (offset, signal) => source.openBlob(from, blob, offset, signal) });
  }
  return places;
}

/** Leaves out the places that sent wrong bytes for the blob, unless no other place is known. */
export function trustedPlaces(
  places: readonly BlobPlace[],
  badSources: readonly BadSource[],
  blob: Descriptor,
): readonly BlobPlace[] {
  const bad = badSources.filter((each) => blobKey(each.blob) === blobKey(blob));
  const trusted = places.filter((place) => !bad.some((each) => isSamePlace(each, place)));
  return trusted.length === 0 ? places : trusted;
}

function isSamePlace(bad: BadSource, place: BlobPlace): boolean {
  return bad.source === place.source && bad.from === place.from;
}
