/** A tag read as a version: `v?N[.N[.N]]` with an optional `-rest`. */
export interface Version {
  /** Major, minor, patch; what the tag leaves out is 0. */
  numbers: readonly [number, number, number];
  /** How many of the three the tag has. */
  written: number;
  /** `["rc", 1]` of `-rc1`, `-rc.1` and `-RC-1`, `["alpha", "beta"]` of `-alpha.beta`; empty for what is no prerelease. */
  prerelease: readonly (string | number)[];
  /** What follows: `alpine` of `22-alpine` and of `22-rc1-alpine`; empty where nothing does. */
  suffix: string;
}

/** So many digits are surely a safe integer; dates such as 20240131 are shorter. */
const VERSION = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-(.+))?$/;

/** A rest that begins so is a prerelease: the word, numbers, whatever more there is, and after a dash the suffix. */
const PRERELEASE = /^((?:alpha|beta|rc|pre|dev|snapshot)[a-z]*)((?:[.-]?\d{1,15}(?![a-z\d]))*[^-]*)(?:-(.+))?$/i;

/** What the part behind the word is compared by: `1` and `a` of `beta.1a`. */
const IDENTIFIERS = /\d{1,15}|[a-z]+/gi;

/**
 * Reads a tag as a version; undefined for one that is none.
 * @param suffix taken for a suffix also where it reads like a prerelease: `dev` of `1.2-dev`
 */
export function parseVersion(tag: string, suffix?: string): Version | undefined {
  const [, major, minor, patch, rest = ""] = VERSION.exec(tag) ?? [];
  if (major === undefined) return undefined;
  const numbers = [Number(major), Number(minor ?? 0), Number(patch ?? 0)] as const;
  const written = patch === undefined ? (minor === undefined ? 1 : 2) : 3;
  const [, word, more = "", end = ""] = (rest === suffix ? null : PRERELEASE.exec(rest)) ?? [];
  if (word === undefined) return { numbers, written, prerelease: [], suffix: rest };
  const identifiers = (more.match(IDENTIFIERS) ?? []).map((each) =>
    /\d/.test(each) ? Number(each) : each.toLowerCase(),
  );
  return { numbers, written, prerelease: [word.toLowerCase(), ...identifiers], suffix: end };
}

/** The version in the form of semver.org, without its suffix. */
export function formatVersion({ numbers, prerelease }: Version): string {
  const release = numbers.join(".");
  return prerelease.length === 0 ? release : `${release}-${prerelease.join(".")}`;
}

/** Lower versions first; a prerelease before its release, and 22 before 22.0.0: the one that says more is the newer. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.numbers[0] - b.numbers[0] ||
    a.numbers[1] - b.numbers[1] ||
    a.numbers[2] - b.numbers[2] ||
    comparePrereleases(a.prerelease, b.prerelease) ||
    a.written - b.written
  );
}

/** Semver.org, item 11. */
function comparePrereleases(a: Version["prerelease"], b: Version["prerelease"]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  for (const [i, one] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (one === other) continue;
    if (typeof one === "number" && typeof other === "number") return one - other;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}
