import type { ErrorReport } from "../../errors.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import { repositoryKey, SAME_TAG_HINT, SETTINGS_HINT, settingsMessage, settingsTexts } from "../entries/collisions.ts";
import type { DesiredEntry, EntryTarget, RuleEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { quote } from "../text/problem.ts";
import type { Steps } from "../../steps.ts";
import { ruleError } from "./rule-error.ts";

/** One image that a rule selected for one target, with the result of the collision check. */
export interface Candidate {
  entry: RuleEntry;
  target: EntryTarget;
  image: DesiredImage;
  result: "ok" | "duplicate" | ErrorReport;
}

/**
 * Compares the images of rules with each other and with the listed images, and stores the result in each candidate. A
 * listed image takes precedence over a rule. If two rules conflict, both fail, so that the order of entries affects only
 * priority.
 */
export function* refuseCollisions(entries: readonly DesiredEntry[], candidates: readonly Candidate[]): Steps<void> {
  if (candidates.length === 0) return;
  const listed = listedIn(entries);
  yield;
  const tagKey = ({ target, image }: Listed) => `${repositoryKey(target, image.repository)}:${image.tag}`;
  const listedTags = new Map(listed.map((each) => [tagKey(each), each.image]));
  for (const [key, group] of Map.groupBy(candidates, tagKey)) {
    refuseSameTag(group, listedTags.get(key));
    yield;
  }
  const nameOf = ({ target, image }: Listed) => repositoryKey(target, image.repository);
  const listedRepositories = new Map(listed.toReversed().map((each) => [nameOf(each), each.image]));
  const textOf = settingsTexts();
  for (const [key, group] of Map.groupBy(
    candidates.filter(({ result }) => result === "ok"),
    nameOf,
  )) {
    refuseOtherSettings(group, listedRepositories.get(key), textOf);
    yield;
  }
}

interface Listed {
  target: EntryTarget;
  image: DesiredImage;
}

function listedIn(entries: readonly DesiredEntry[]): Listed[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "rule") return [];
    const targets = new Map(entry.targets.map((target) => [target.target.name, target]));
    return entry.images.flatMap((image) => {
      const target = targets.get(image.target);
      return target === undefined ? [] : [{ target, image }];
    });
  });
}

/** Rules can overlap: the same image with the same options counts once. */
function refuseSameTag(group: readonly Candidate[], listed: DesiredImage | undefined): void {
  if (listed === undefined && group.length <= 1) return;
  const texts = group.map(({ image }) => serialized(image));
  const first = listed === undefined ? texts[0] : serialized(listed);
  // Found once for the whole group, because a search for each candidate would be slow for thousands of rules.
  const differing = group[texts.findIndex((text) => text !== first)]?.image;
  if (differing === undefined) {
    for (const candidate of listed === undefined ? group.slice(1) : group) candidate.result = "duplicate";
    return;
  }
  for (const [index, candidate] of group.entries()) {
    const { image } = candidate;
    const isFirst = texts[index] === first;
    if (isFirst && listed !== undefined) {
      candidate.result = "duplicate";
      continue;
    }
    const other = listed ?? (isFirst ? differing : group[0]?.image) ?? differing;
    const place = quote(`${image.repository}:${image.tag}`);
    const isSameSource = formatReference(image.source) === formatReference(other.source);
    const [name, line] = [familiarReference(image.source), other.at.line];
    const message = isSameSource
      ? `line ${line} also copies ${name} to ${place}, with different options`
      : `${familiarReference(other.source)} (line ${line}) and ${name} (this rule) would both go to ${place}`;
    const hint = isSameSource ? "exclude the tag in one of them" : SAME_TAG_HINT;
    candidate.result = ruleError("COLLISION", candidate.entry, message, hint);
  }
}

/** Serializes an image without its line, order, target and claimed digest, which do not make it different. */
function serialized(image: DesiredImage): string {
  const { at: _at, order: _order, claimed: _claimed, target: _target, source, ...rest } = image;
  return canonicalJson({ ...rest, source: formatReference(source) });
}

function refuseOtherSettings(
  group: readonly Candidate[],
  listed: DesiredImage | undefined,
  textOf: ReturnType<typeof settingsTexts>,
): void {
  const first = listed ?? group[0]?.image;
  if (first === undefined) return;
  const text = textOf(first.settings);
  const differs = ({ image }: Candidate): boolean => textOf(image.settings) !== text;
  const differing = group.find(differs)?.image;
  if (differing === undefined) return;
  for (const candidate of group) {
    const other = differs(candidate) ? first : listed === undefined ? differing : undefined;
    if (other === undefined) continue;
    const { image, entry } = candidate;
    const message = settingsMessage(image, { settings: other.settings, line: other.at.line });
    candidate.result = ruleError("COLLISION", entry, message, SETTINGS_HINT);
  }
}
