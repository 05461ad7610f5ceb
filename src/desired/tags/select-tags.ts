import type { Digest } from "../../oci/digest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import { isTag } from "../../oci/reference.ts";
import type { TagRule } from "./tag-rule.ts";
import { compareVersions, parseVersion, type Version } from "./tag-version.ts";

/** A tag as a source lists it. */
export interface ListedTag {
  name: string;
  /** When it was pushed, in milliseconds since 1970; missing where the source does not say. */
  pushed?: number;
  /** What it names, by a catalogue: a claim. */
  digest?: Digest;
}

/**
 * The step of a rule that dropped a tag. `no-tag`: the text is none. `referrer`: a signature, an attestation or a list
 * of referrers, which belongs to an image and is none itself.
 */
export type DroppedBy =
  | "no-tag"
  | "referrer"
  | "match"
  | "exclude"
  | "semver"
  | "suffix"
  | "prerelease"
  | "maxAge"
  | "newest";

/** What a rule made of a list of tags. */
export interface SelectedTags {
  /** The newest first, by the rule's order. */
  kept: ListedTag[];
  /** By name. */
  dropped: { name: string; by: DroppedBy }[];
}

/**
 * Runs a rule over the tags of a source. The order of the list changes nothing.
 * @param listed each name once
 * @param now milliseconds since 1970
 */
export function selectTags(rule: TagRule, listed: readonly ListedTag[], now: number): SelectedTags {
  const dropped: SelectedTags["dropped"] = [];
  const named = listed.filter(({ name }) => {
    const by = droppedByName(rule, name);
    if (by !== undefined) dropped.push({ name, by });
    return by === undefined;
  });
  const young = named.filter(({ name, pushed }) => {
    const isYoung = rule.maxAge === undefined || (pushed !== undefined && pushed >= now - rule.maxAge);
    if (!isYoung) dropped.push({ name, by: "maxAge" });
    return isYoung;
  });
  const ordered = newestFirst(rule, young);
  const kept = ordered.slice(0, rule.newest);
  for (const { name } of ordered.slice(kept.length)) dropped.push({ name, by: "newest" });
  return { kept, dropped: dropped.toSorted((a, b) => compareText(a.name, b.name)) };
}

/** The step that drops a tag for its name alone, before order, age and number are looked at; undefined when none does. */
export function droppedByName(rule: TagRule, tag: string): DroppedBy | undefined {
  if (!isTag(tag)) return "no-tag";
  if (isReferrerTag(tag)) return "referrer";
  if (rule.match !== undefined && !rule.match.some((matches) => matches(tag))) return "match";
  if (rule.exclude?.some((matches) => matches(tag)) === true) return "exclude";
  if (rule.versions === undefined) return undefined;
  const { admits, suffix, prerelease } = rule.versions;
  const version = parseVersion(tag, suffix);
  if (version === undefined) return "semver";
  if (version.suffix !== suffix) return "suffix";
  if (version.prerelease.length > 0 && !prerelease) return "prerelease";
  return admits(version) ? undefined : "semver";
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

/** What is no version comes before every version. */
function compareRanks(a: Version | undefined, b: Version | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareVersions(a, b);
}

/** Without a difference: that of two missing dates is no number. */
function comparePushed(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code unit: the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
