import { selectTags, type SelectedTags, type DroppedBy } from "./select-tags.ts";
import type { TagRule } from "./tag-rule.ts";

/** So many tags that the rule chooses are made up. */
const KEPT = 4;

const WORDS = ["latest", "stable", "lts", "edge", "main", "nightly"];
const SUFFIXES = ["alpine", "slim", "bookworm"];
/** No image that people mirror has a higher major version, dates aside. */
const MAJORS = 60;

/**
 * Tags that a rule might find at its source, for a sandbox: a few that it chooses, as far as such can be guessed, and for
 * each step that drops some one of those.
 */
export function sampleTags(rule: TagRule): string[] {
  const plain = choose(rule, "");
  const { kept, dropped } = plain.kept.length > 0 ? plain : choose(rule, "v");
  const oneOfEach = new Map<DroppedBy, string>(dropped.map(({ name, by }) => [by, name]));
  return [...kept.slice(0, KEPT).map(({ name }) => name), ...oneOfEach.values()];
}

function choose(rule: TagRule, prefix: string): SelectedTags {
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
