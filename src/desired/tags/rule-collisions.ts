import type { ErrorReport } from "../../errors.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import { repositoryKey, SAME_TAG_HINT, SETTINGS_HINT, settingsMessage, settingsTexts } from "../entries/collisions.ts";
import type { DesiredEntry, EntryTarget, RuleEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { quote } from "../text/problem.ts";
import { ruleError } from "./rule-error.ts";

/** One image that a rule chose, for one target; what is found wrong with it is kept beside it. */
export interface Candidate {
  entry: RuleEntry;
  target: EntryTarget;
  image: DesiredImage;
  verdict: "good" | "same as another" | ErrorReport;
}

/**
 * Holds what rules chose against each other, and against what the file lists, which was checked when it was read and
 * stands: a rule gives way to it. Where two rules do not agree neither is followed, so that the order of entries decides
 * about priority alone.
 */
export function refuseCollisions(entries: readonly DesiredEntry[], candidates: readonly Candidate[]): void {
  if (candidates.length === 0) return;
  const listed = listedIn(entries);
  const tagKey = ({ target, image }: Listed) => `${repositoryKey(target, image.repository)}:${image.tag}`;
  const listedTags = new Map(listed.map((each) => [tagKey(each), each.image]));
  for (const [key, group] of Map.groupBy(candidates, tagKey)) refuseSameTag(group, listedTags.get(key));
  const nameOf = ({ target, image }: Listed) => repositoryKey(target, image.repository);
  const listedRepositories = new Map(listed.toReversed().map((each) => [nameOf(each), each.image]));
  const textOf = settingsTexts();
  for (const [key, group] of Map.groupBy(
    candidates.filter(({ verdict }) => verdict === "good"),
    nameOf,
  )) {
    refuseOtherSettings(group, listedRepositories.get(key), textOf);
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

/** Rules overlap, and may: the same image, wanted in the same way, is one. */
function refuseSameTag(group: readonly Candidate[], listed: DesiredImage | undefined): void {
  const first = listed ?? group[0]?.image;
  if (first === undefined) return;
  if (group.every(({ image }) => isSame(image, first))) {
    for (const candidate of listed === undefined ? group.slice(1) : group) candidate.verdict = "same as another";
    return;
  }
  for (const candidate of group) {
    const { image } = candidate;
    const other = listed ?? group.find((each) => !isSame(each.image, image))?.image;
    if (other === undefined || isSame(image, other)) {
      if (listed !== undefined) candidate.verdict = "same as another";
      continue;
    }
    const place = quote(`${image.repository}:${image.tag}`);
    const isSameSource = formatReference(image.source) === formatReference(other.source);
    const message = isSameSource
      ? `${familiarReference(image.source)} also goes to ${place} by line ${other.at.line}, with other options`
      : `two images would go to ${place}: ${familiarReference(other.source)} by line ${other.at.line}, ` +
        `and ${familiarReference(image.source)} by this rule`;
    const hint = isSameSource ? "exclude the tag in one of them" : SAME_TAG_HINT;
    candidate.verdict = ruleError("COLLISION", candidate.entry, message, hint);
  }
}

function isSame(one: DesiredImage, other: DesiredImage): boolean {
  return one === other || wish(one) === wish(other);
}

/** All that an entry says of an image; the line, the place in the order and a claim are no wishes. */
function wish({ at: _at, order: _order, claimed: _claimed, target: _target, source, ...rest }: DesiredImage): string {
  return canonicalJson({ ...rest, source: formatReference(source) });
}

function refuseOtherSettings(
  group: readonly Candidate[],
  listed: DesiredImage | undefined,
  textOf: ReturnType<typeof settingsTexts>,
): void {
  for (const candidate of group) {
    const { image, entry } = candidate;
    const differs = (other: DesiredImage) => textOf(other.settings) !== textOf(image.settings);
    const other = listed ?? group.find((each) => differs(each.image))?.image;
    if (other === undefined || !differs(other)) continue;
    const message = settingsMessage(image, { settings: other.settings, line: other.at.line });
    candidate.verdict = ruleError("COLLISION", entry, message, SETTINGS_HINT);
  }
}
