/** The hidden first line of a page that mirrorform made: whose it is, and what would be done. */
export interface Marker {
  /** Everything up to the hash: equal for pages of one mirror file and the same targets. */
  place: string;
  /** Equal for pages that would do the same. */
  actions: string;
}

const MARKER = /^(<!-- mirrorform [a-z]+ name=\S+ targets=\S*) actions=([0-9a-f]+) -->/;

/** Reads the first line of a page; undefined when it is none of ours. */
export function readMarker(page: string): Marker | undefined {
  const [, place, actions] = MARKER.exec(page) ?? [];
  return place === undefined || actions === undefined ? undefined : { place, actions };
}
