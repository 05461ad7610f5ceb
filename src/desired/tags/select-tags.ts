import type { Digest } from "../../oci/digest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import { isTag } from "../../oci/reference.ts";
import { atOnce, type Steps } from "../../steps.ts";
import type { TagRule } from "./tag-rule.ts";
import { compareVersions, parseVersion, type Version } from "./tag-version.ts";

/** A tag in a source's list. */
export interface ListedTag {
  name: string;
  /** When the tag was pushed, in milliseconds since 1970, if the source reports it. */
  pushed?: number;
  /** The tag's digest according to a catalogue, which may be wrong. */
  digest?: Digest;
}

/**
 * The condition of a rule that dropped a tag. `no-tag`: not a valid tag. `referrer`: a signature, an attestation or a
 * list of referrers, which belongs to an image and is not an image itself.
 */
export type DroppedBy =
  | "no-tag"
  | "referrer"
  | "match"
  | "exclude"
  | "semver"
  | "suffix"
  | "prerelease"
  | "full"
  | "maxAge"
  | "newest";

/** The result of applying a rule to a list of tags. */
export interface SelectedTags {
  /** In the rule's order, newest first. */
  kept: ListedTag[];
  /** The number of listed tags. */
  listed: number;
  /**
   * Finds the condition that dropped each other tag, sorted by name. Not stored: thousands of rules can have the same
   * list of tags.
   */
  dropped(): Steps<{ name: string; by: DroppedBy }[]>;
}

/**
 * Applies a rule to the tags of a source. The result does not depend on the order of the list.
 * @param listed contains each name once
 * @param now milliseconds since 1970
 */
export function selectTags(rule: TagRule, listed: readonly ListedTag[], now: number): SelectedTags {
  return atOnce(selectSteps(rule, listed, now));
}

/** Applies a rule as {@link selectTags} does, in steps: 100 expressions and 100,000 tags take long. */
export function* selectSteps(rule: TagRule, listed: readonly ListedTag[], now: number): Steps<SelectedTags> {
  const droppedBy = ({ name, pushed }: ListedTag): DroppedBy | undefined => {
    const isRecent = rule.maxAge === undefined || (pushed !== undefined && pushed >= now - rule.maxAge);
    return droppedByName(rule, name) ?? (isRecent ? undefined : "maxAge");
  };
  const selected: ListedTag[] = [];
  for (const tag of listed) {
    yield;
    if (droppedBy(tag) === undefined) selected.push(tag);
  }
  const kept = newestFirst(rule, selected).slice(0, rule.newest);
  return {
    kept,
    listed: listed.length,
    *dropped() {
      const names = new Set(kept.map(({ name }) => name));
      const dropped: { name: string; by: DroppedBy }[] = [];
      for (const tag of listed) {
        yield;
        if (!names.has(tag.name)) dropped.push({ name: tag.name, by: droppedBy(tag) ?? "newest" });
      }
      return dropped.toSorted((a, b) => compareText(a.name, b.name));
    },
  };
}

/** Returns the condition that drops a tag because of its name; undefined if only its age or order can drop it. */
export function droppedByName(rule: TagRule, tag: string): DroppedBy | undefined {
  if (!isTag(tag)) return "no-tag";
  if (isReferrerTag(tag)) return "referrer";
  if (rule.match !== undefined && !rule.match.some((matches) => matches(tag))) return "match";
  if (rule.exclude?.some((matches) => matches(tag)) === true) return "exclude";
  if (rule.versions === undefined) return undefined;
  const { admits, suffix, prerelease, full } = rule.versions;
  const version = parseVersion(tag, suffix);
  if (version === undefined) return "semver";
  if (version.suffix !== suffix) return "suffix";
  if (version.prerelease.length > 0 && !prerelease) return "prerelease";
  if (!admits(version)) return "semver";
  return full && version.written < version.numbers.length ? "full" : undefined;
}

function newestFirst(rule: TagRule, tags: readonly ListedTag[]): ListedTag[] {
  const ranked = tags.map((tag) => ({ tag, version: versionOf(rule, tag), pushed: tag.pushed ?? -Infinity }));
  ranked.sort((a, b) => {
    if (rule.order === "name") return compareText(b.tag.name, a.tag.name);
    const byRank = rule.order === "semver" ? compareRanks(b.version, a.version) : comparePushed(b.pushed, a.pushed);
    return byRank || compareText(a.tag.name, b.tag.name);
  });
  return ranked.map(({ tag }) => tag);
}

function versionOf(rule: TagRule, { name }: ListedTag): Version | undefined {
  return rule.order === "semver" ? parseVersion(name, rule.versions?.suffix) : undefined;
}

/** Sorts tags that are not versions before all versions. */
function compareRanks(a: Version | undefined, b: Version | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareVersions(a, b);
}

/** Avoids subtraction, which is NaN for two missing dates. */
function comparePushed(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares by code unit, independent of the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
