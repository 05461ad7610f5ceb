/** Limits for messages: an index can name thousands of platforms. */
const NAMED_AT_MOST = 40;
const CHARACTERS_AT_MOST = 40;

/** Returns a message with the selected platforms that an image lacks, and the platforms that it has. */
export function missingPlatforms(missing: readonly string[], present: readonly string[]): string {
  const has = present.length === 0 ? "it names no platforms" : `it has ${named(present)}`;
  return `the image has no ${named(missing)}; ${has}`;
}

function named(platforms: readonly string[]): string {
  const shown = platforms.slice(0, NAMED_AT_MOST).map((platform) => platform.slice(0, CHARACTERS_AT_MOST));
  const more = platforms.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
