/** A build of Windows, or its first parts, as images have it: without leading zeros. */
const BUILD = /^(?:0|[1-9]\d{0,9})(?:\.(?:0|[1-9]\d{0,9})){0,3}$/;

/** Releases of Windows with container images, and their builds (Microsoft, "Windows container version compatibility"). */
const RELEASES: ReadonlyMap<string, string> = new Map([
  ["1607", "10.0.14393"],
  ["1809", "10.0.17763"],
  ["ltsc2016", "10.0.14393"],
  ["ltsc2019", "10.0.17763"],
  ["ltsc2022", "10.0.20348"],
  ["ltsc2025", "10.0.26100"],
]);

/** The first number of a version is below this, and every build in the third place is above. */
const LOWEST_BUILD = 1_000;

/** Whether a text is a build of Windows or its first parts: `10.0.17763.2114`, `10.0`. */
export function isBuild(text: string): boolean {
  return BUILD.test(text) && Number(text.split(".")[0]) < LOWEST_BUILD;
}

/** Returns the build that a text probably means: `10.0.17763` for `10.0.017763`, `17763` and `ltsc2019`. */
export function buildMeant(text: string): string | undefined {
  const release = RELEASES.get(text.toLowerCase());
  if (release !== undefined) return release;
  const bare = text
    .replace(/\.+$/, "")
    .split(".")
    .map((part) => part.replace(/^0+(?=\d)/, ""))
    .join(".");
  return [bare, ...(/^\d{5}/.test(bare) ? [`10.0.${bare}`] : [])].find(isBuild);
}
