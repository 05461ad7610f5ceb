import type { ErrorReport } from "../errors.ts";
import { formatReference, parseReference } from "../oci/reference.ts";
import { chooseTags, type ChosenTags } from "./choose-tags.ts";
import type { DesiredEntry, RuleEntry } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import { expandRules, type Choices, type ExpandedEntry } from "./expand-rules.ts";
import type { LockLines } from "./lock-text.ts";
import { lockImages } from "./locked.ts";
import { ruleError } from "./rule-error.ts";

/**
 * What a mirror file comes to by its lock alone, without a source: a lock fixes the tags of rules too.
 * @param lines of the lock
 */
export function expandByLock(entries: readonly DesiredEntry[], lines: LockLines): ExpandedEntry[] {
  const tags = tagsByImage(lines);
  const expanded = expandRules(entries, (entry) => chooseLocked(entry, tags.get(formatReference(entry.image)) ?? []));
  const locked = lockImages(
    expanded.flatMap(({ images }) => images),
    lines,
  );
  let next = 0;
  return expanded.map((each) => ({ ...each, images: locked.slice(next, (next += each.images.length)) }));
}

/**
 * The tags that a rule chooses among those of a lock. `newest` is counted again, as another rule of the same image may
 * have lines that this one passes over; but not by dates, which no lock has.
 */
export function chooseLocked(entry: RuleEntry, tags: readonly string[]): ChosenTags | ErrorReport {
  const { maxAge: _maxAge, ...undated } = entry.rule;
  const { newest: _newest, ...unlimited } = undated;
  const rule = undated.order === "pushed" ? unlimited : undated;
  const chosen = chooseTags(
    rule,
    tags.map((name) => ({ name })),
    0,
  );
  if (chosen.kept.length > 0 || rule.allowEmpty) return chosen;
  return ruleError("LOCK_MISMATCH", entry, "the lock has no tag that this rule chooses, and nothing else is copied");
}

/** The tags of each image in a lock, by the image's full name. */
export function tagsByImage(lines: LockLines): ReadonlyMap<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const line of lines.keys()) {
    const reference = parseReference(line);
    if (typeof reference === "string" || reference.tag === undefined) continue;
    const { tag, ...image } = reference;
    const name = formatReference(image);
    const known = tags.get(name);
    if (known === undefined) tags.set(name, [tag]);
    else known.push(tag);
  }
  return tags;
}

/**
 * All images that a lock is to have, once the sources of rules were asked. Where a rule cannot be followed now, the tags
 * that the lock has for it stay.
 * @param now what each rule chooses now
 * @param lines of the lock as it is
 */
export function imagesToLock(
  entries: readonly DesiredEntry[],
  now: Choices,
  lines: LockLines,
): { images: DesiredImage[]; failed: { reference: string; error: ErrorReport }[] } {
  const tags = tagsByImage(lines);
  const expanded = expandRules(entries, now);
  const failed = expanded.flatMap(({ entry, errors }) =>
    entry.kind === "rule" ? errors.map((error) => ({ reference: formatReference(entry.image), error })) : [],
  );
  const isFollowed = new Map(
    expanded.map(({ entry, images, errors }) => [entry, images.length > 0 || errors.length === 0]),
  );
  const stands = (entry: RuleEntry) => chooseLocked(entry, tags.get(formatReference(entry.image)) ?? []);
  const choiceOf: Choices = (entry) => (isFollowed.get(entry) === true ? now(entry) : stands(entry));
  const images = expandRules(entries, choiceOf).flatMap((each) => each.images);
  return { images, failed };
}
