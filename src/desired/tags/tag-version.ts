/** A tag parsed as a version: `v?N[.N[.N]]` with an optional `-rest`. */
export interface Version {
  /** Major, minor and patch. Omitted numbers are 0. */
  numbers: readonly [number, number, number];
  /** How many of the three numbers the tag contains. */
  written: number;
  /** `["rc", 1]` for `-rc1`, `-rc.1` and `-RC-1`; `["alpha", "beta"]` for `-alpha.beta`; empty for a release. */
  prerelease: readonly (string | number)[];
  /** The rest: `alpine` in `22-alpine` and `22-rc1-alpine`; can be empty. */
  suffix: string;
}

/** 15 digits always fit a safe integer, and dates such as 20240131 are shorter. */
const VERSION = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-(.+))?$/;

/** A prerelease: a word, numbers, any further characters, and the suffix after a dash. */
const PRERELEASE = /^((?:alpha|beta|rc|pre|dev|snapshot)[a-z]*)((?:[.-]?\d{1,15}(?![a-z\d]))*[^-]*)(?:-(.+))?$/i;

/** The identifiers to compare after the word: `1` and `a` in `beta.1a`. */
const IDENTIFIERS = /\d{1,15}|[a-z]+/gi;

/**
 * Parses a tag as a version; undefined if it is not one.
 * @param suffix treated as a suffix even if it looks like a prerelease: `dev` in `1.2-dev`
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

/** Formats a version as in semver.org, without its suffix. */
export function formatVersion({ numbers, prerelease }: Version): string {
  const release = numbers.join(".");
  return prerelease.length === 0 ? release : `${release}-${prerelease.join(".")}`;
}

/** Orders lower versions first, a prerelease before its release, and a shorter form before a longer one: 22, 22.0.0. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.numbers[0] - b.numbers[0] ||
    a.numbers[1] - b.numbers[1] ||
    a.numbers[2] - b.numbers[2] ||
    comparePrereleases(a.prerelease, b.prerelease) ||
    a.written - b.written
  );
}

/** Implements semver.org, item 11. */
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
