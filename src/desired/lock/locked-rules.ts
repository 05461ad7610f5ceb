import type { ErrorReport } from "../../errors.ts";
import { formatReference, parseReference } from "../../oci/reference.ts";
import { selectSteps, type SelectedTags } from "../tags/select-tags.ts";
import type { DesiredEntry, RuleEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { expandRules, expandSteps, type TagSelector, type ExpandedEntry } from "../tags/expand-rules.ts";
import type { LockLines } from "./lock-text.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { lockImages, lockName } from "./locked-images.ts";
import { ruleError } from "../tags/rule-error.ts";

/**
 * Expands a mirror file from its lock, without querying sources: a lock also fixes the tags of rules.
 * @param lines the lock's lines
 */
export function expandByLock(entries: readonly DesiredEntry[], lines: LockLines): ExpandedEntry[] {
  return atOnce(lockedSteps(entries, lines));
}

/** Expands a mirror file as {@link expandByLock} does, in steps. */
export function* lockedSteps(entries: readonly DesiredEntry[], lines: LockLines): Steps<ExpandedEntry[]> {
  const select = selectorFrom(lines.keys());
  yield;
  const expanded = yield* expandSteps(entries, select);
  yield;
  const locked = lockImages(
    expanded.flatMap(({ images }) => images),
    lines,
  );
  let next = 0;
  return expanded.map((each) => ({ ...each, images: locked.slice(next, (next += each.images.length)) }));
}

/**
 * Selects a rule's tags from those in a lock. Applies `newest` again, because other rules of the same image can have
 * lines too. Ignores conditions on push dates, which a lock does not contain.
 */
function* selectLocked(entry: RuleEntry, tags: readonly string[]): Steps<SelectedTags | ErrorReport> {
  const { maxAge: _maxAge, ...undated } = entry.rule;
  const { newest: _newest, ...unlimited } = undated;
  const rule = undated.order === "pushed" ? unlimited : undated;
  const selected = yield* selectSteps(
    rule,
    tags.map((name) => ({ name })),
    0,
  );
  if (selected.kept.length > 0 || rule.allowEmpty) return selected;
  return ruleError("LOCK_MISMATCH", entry, "the lock file has no tag that this rule selects");
}

/** @param names the image names in a lock */
function selectorFrom(names: Iterable<string>): TagSelector {
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

/** Returns the rules that select no locked tag. Their sources must be queried to lock their tags. */
export function rulesWithoutLine(entries: readonly DesiredEntry[], lines: LockLines): RuleEntry[] {
  const select = selectorFrom(lines.keys());
  return entries.flatMap((entry) => {
    if (entry.kind !== "rule") return [];
    const selected = atOnce(select(entry));
    return "code" in selected || selected.kept.length === 0 ? [entry] : [];
  });
}

/**
 * Returns all images to lock after querying the sources of some rules. A rule that was not queried, or that fails or
 * selects nothing now, keeps its locked tags.
 * @param asked the queried rules
 * @param now selects the current tags of a queried rule
 * @param lines the current lines of the lock
 */
export function imagesToLock(
  entries: readonly DesiredEntry[],
  asked: readonly RuleEntry[],
  now: TagSelector,
  lines: LockLines,
): { images: DesiredImage[]; failed: { reference: string; error: ErrorReport }[] } {
  const fromLock = selectorFrom(lines.keys());
  const updated = new Set(asked);
  const expanded = expandRules(entries, (entry) => (updated.has(entry) ? now(entry) : fromLock(entry)));
  const failed = expanded.flatMap(({ entry, errors }) =>
    entry.kind === "rule" ? errors.map((error) => ({ reference: formatReference(entry.image), error })) : [],
  );
  for (const { entry, images, errors } of expanded) {
    if (entry.kind === "rule" && images.length === 0 && errors.length > 0) updated.delete(entry);
  }
  const select: TagSelector = (entry) => (updated.has(entry) ? now(entry) : fromLock(entry));
  return { images: withoutUnused(entries, imagesOf(entries, select)), failed };
}

/**
 * Removes images that no rule selects from the complete lock. With `newest`, a rule can select the lines of another rule
 * instead of its own. Without this step, a new lock could differ from its mirror file.
 */
function withoutUnused(entries: readonly DesiredEntry[], images: DesiredImage[]): DesiredImage[] {
  const names = new Set(images.flatMap(({ source }) => lockName(source) ?? []));
  const used = imagesOf(entries, selectorFrom(names));
  const usedNames = new Set(used.map(({ source }) => lockName(source)));
  // Terminates: each step selects a subset of the previous images.
  return [...names].every((name) => usedNames.has(name)) ? used : withoutUnused(entries, used);
}

function imagesOf(entries: readonly DesiredEntry[], select: TagSelector): DesiredImage[] {
  return expandRules(entries, select).flatMap(({ images }) => images);
}
