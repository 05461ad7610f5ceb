/** So many platforms, of so many characters, a message names: the index of a stranger may have thousands. */
const NAMED_AT_MOST = 40;
const CHARACTERS_AT_MOST = 40;

/** Says which of the chosen platforms an image lacks, and which it has: for the code PLATFORM_MISSING. */
export function missingPlatforms(missing: readonly string[], present: readonly string[]): string {
  const has = present.length === 0 ? "it names none" : `it has ${named(present)}`;
  return `the image has no ${named(missing)}; ${has}`;
}

function named(platforms: readonly string[]): string {
  const shown = platforms.slice(0, NAMED_AT_MOST).map((platform) => platform.slice(0, CHARACTERS_AT_MOST));
  const more = platforms.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
