import type { ErrorReport } from "../../errors.ts";
import { formatReference, parseReference } from "../../oci/reference.ts";
import { selectTags, type SelectedTags } from "../tags/select-tags.ts";
import type { DesiredEntry, RuleEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { expandRules, type Choices, type ExpandedEntry } from "../tags/expand-rules.ts";
import type { LockLines } from "./lock-text.ts";
import { lockImages, lockName } from "./locked-images.ts";
import { ruleError } from "../tags/rule-error.ts";

/**
 * What a mirror file comes to by its lock alone, without a source: a lock fixes the tags of rules too.
 * @param lines of the lock
 */
export function expandByLock(entries: readonly DesiredEntry[], lines: LockLines): ExpandedEntry[] {
  const expanded = expandRules(entries, choicesFrom(lines.keys()));
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
function selectLocked(entry: RuleEntry, tags: readonly string[]): SelectedTags | ErrorReport {
  const { maxAge: _maxAge, ...undated } = entry.rule;
  const { newest: _newest, ...unlimited } = undated;
  const rule = undated.order === "pushed" ? unlimited : undated;
  const chosen = selectTags(
    rule,
    tags.map((name) => ({ name })),
    0,
  );
  if (chosen.kept.length > 0 || rule.allowEmpty) return chosen;
  return ruleError("LOCK_MISMATCH", entry, "the lock has no tag that this rule chooses, and nothing else is copied");
}

/** @param names the images of a lock, as its lines name them */
function choicesFrom(names: Iterable<string>): Choices {
  const tags = new Map<string, string[]>();
  for (const name of names) {
    const reference = parseReference(name);
    if (typeof reference === "string" || reference.tag === undefined) continue;
    const { tag, ...image } = reference;
    const key = formatReference(image);
    const known = tags.get(key);
    if (known === undefined) tags.set(key, [tag]);
    else known.push(tag);
  }
  return (entry) => selectLocked(entry, tags.get(formatReference(entry.image)) ?? []);
}

/** The rules that a lock says nothing of: they have to be followed before there is a line for them. */
export function rulesWithoutLine(entries: readonly DesiredEntry[], lines: LockLines): RuleEntry[] {
  const choiceOf = choicesFrom(lines.keys());
  return entries.flatMap((entry) => {
    if (entry.kind !== "rule") return [];
    const chosen = choiceOf(entry);
    return "code" in chosen || chosen.kept.length === 0 ? [entry] : [];
  });
}

/**
 * All images that a lock is to have, once the sources of some rules were asked. Where a rule was not asked about, or
 * cannot be followed now, the tags that the lock has for it stay.
 * @param asked rules whose sources were asked
 * @param now what each of them chooses now
 * @param lines of the lock as it is
 */
export function imagesToLock(
  entries: readonly DesiredEntry[],
  asked: readonly RuleEntry[],
  now: Choices,
  lines: LockLines,
): { images: DesiredImage[]; failed: { reference: string; error: ErrorReport }[] } {
  const stands = choicesFrom(lines.keys());
  const followed = new Set(asked);
  const expanded = expandRules(entries, (entry) => (followed.has(entry) ? now(entry) : stands(entry)));
  const failed = expanded.flatMap(({ entry, errors }) =>
    entry.kind === "rule" ? errors.map((error) => ({ reference: formatReference(entry.image), error })) : [],
  );
  for (const { entry, images, errors } of expanded) {
    if (entry.kind === "rule" && images.length === 0 && errors.length > 0) followed.delete(entry);
  }
  const choiceOf: Choices = (entry) => (followed.has(entry) ? now(entry) : stands(entry));
  return { images: settled(entries, imagesOf(entries, choiceOf)), failed };
}

/**
 * The images that are left when every rule chooses among the lines of all: a rule that counts its newest may prefer
 * those of another one, and needs its own no longer. So a lock that was just written agrees with its mirror file.
 */
function settled(entries: readonly DesiredEntry[], images: DesiredImage[]): DesiredImage[] {
  const names = new Set(images.flatMap(({ source }) => lockName(source) ?? []));
  const left = imagesOf(entries, choicesFrom(names));
  const needed = new Set(left.map(({ source }) => lockName(source)));
  // Each time there are fewer: what is left was chosen among them.
  return [...names].every((name) => needed.has(name)) ? left : settled(entries, left);
}

function imagesOf(entries: readonly DesiredEntry[], choiceOf: Choices): DesiredImage[] {
  return expandRules(entries, choiceOf).flatMap(({ images }) => images);
}
