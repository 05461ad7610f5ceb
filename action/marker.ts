/** The hidden first line of a page from mirrorform. Identifies the mirror file and the planned actions. */
export interface Marker {
  /** Everything up to the hash. Equal for pages of the same mirror file and targets. */
  place: string;
  /** Equal for pages with the same planned actions. */
  actions: string;
}

const MARKER = /^(<!-- mirrorform [a-z]+ name=\S+ targets=\S*) actions=([0-9a-f]+) -->/;

/** Reads the marker of a page. Returns undefined if it has none. */
export function readMarker(page: string): Marker | undefined {
  const [, place, actions] = MARKER.exec(page) ?? [];
  return place === undefined || actions === undefined ? undefined : { place, actions };
}
