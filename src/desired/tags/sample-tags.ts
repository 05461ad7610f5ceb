import { selectTags, type SelectedTags, type DroppedBy } from "./select-tags.ts";
import { atOnce } from "../../steps.ts";
import type { TagRule } from "./tag-rule.ts";

/** How many sample tags that match the rule to return. */
const KEPT = 4;

const WORDS = ["latest", "stable", "lts", "edge", "main", "nightly"];
const SUFFIXES = ["alpine", "slim", "bookworm"];
/** Above the major versions of commonly mirrored images, except for dates. */
const MAJORS = 60;

/**
 * Generates tags for a rule's source in a sandbox: a few that the rule probably selects, and one for each condition that
 * drops tags.
 */
export function sampleTags(rule: TagRule): string[] {
  const plain = select(rule, "");
  const { kept, dropped } = plain.kept.length > 0 ? plain : select(rule, "v");
  const oneOfEach = new Map<DroppedBy, string>(atOnce(dropped()).map(({ name, by }) => [by, name]));
  return [...kept.slice(0, KEPT).map(({ name }) => name), ...oneOfEach.values()];
}

function select(rule: TagRule, prefix: string): SelectedTags {
  const { newest: _newest, maxAge: _maxAge, ...undated } = rule;
  const named = candidates(prefix, rule.versions?.suffix ?? "").map((name) => ({ name }));
  return selectTags({ ...undated, order: rule.order === "pushed" ? "name" : rule.order }, named, 0);
}

function candidates(prefix: string, suffix: string): string[] {
  const suffixes = new Set(["", "rc1", ...SUFFIXES, ...(suffix === "" ? [] : [suffix, `rc1-${suffix}`])]);
  const tags = new Set(WORDS);
  for (let major = 0; major < MAJORS; major += 1) {
    for (const number of [`${major}`, `${major}.1`, `${major}.1.2`, `${major}.10`, `${major}.10.3`]) {
      for (const end of suffixes) {
        tags.add(`${prefix}${number}${end === "" ? "" : `-${end}`}`);
      }
    }
  }
  return [...tags];
}
