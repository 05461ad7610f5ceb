import type { ErrorReport } from "../../errors.ts";
import type { SelectedTags } from "./select-tags.ts";
import type { DesiredEntry, RuleEntry } from "../entries/desired-entry.ts";
import type { DesiredImage } from "../entries/desired-image.ts";
import { fillDestination } from "../entries/destination.ts";
import { MAX_IMAGES } from "../entries/expand-listed.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { makeImage } from "../entries/make-image.ts";
import { nameDiagnostic } from "../entries/name-rules.ts";
import { quote } from "../text/problem.ts";
import { refuseCollisions, type Candidate } from "./rule-collisions.ts";
import { ruleError } from "./rule-error.ts";

/** An entry with its images in this run. */
export interface ExpandedEntry {
  entry: DesiredEntry;
  /** In the rule's order, newest first. */
  images: readonly DesiredImage[];
  /** The tags that the rule selected; undefined for a list, and if the source did not list its tags. */
  selected: SelectedTags | undefined;
  /**
   * Why some or all images are unknown. If there is any error, no tag in the entry's repositories may be treated as
   * undeclared.
   */
  errors: readonly ErrorReport[];
}

/** Returns the tags that a rule selects, or the error that prevents it. */
export type TagSelector = (entry: RuleEntry) => Steps<SelectedTags | ErrorReport>;

/** Expands rules into images. Returns every entry, in file order, and numbers the images' `order` accordingly. */
export function expandRules(entries: readonly DesiredEntry[], select: TagSelector): ExpandedEntry[] {
  return atOnce(expandSteps(entries, select));
}

/** Expands rules as {@link expandRules} does, in steps: 100,000 tags take seconds. */
export function* expandSteps(entries: readonly DesiredEntry[], select: TagSelector): Steps<ExpandedEntry[]> {
  const drafts: (Draft | undefined)[] = [];
  for (const entry of entries) {
    drafts.push(entry.kind === "rule" ? yield* draft(entry, yield* select(entry)) : undefined);
    yield;
  }
  const found = drafts.flatMap((each) => each?.candidates ?? []);
  yield* refuseCollisions(entries, found);
  let order = 0;
  return entries.map((entry, i) => {
    const made = drafts[i];
    const images = entry.kind === "listed" ? entry.images : (made?.candidates ?? []).filter(isOk).map(imageOf);
    const errors = made === undefined ? [] : [...made.errors, ...made.candidates.flatMap(errorOf)];
    if (entry.kind === "rule" && order + images.length > MAX_IMAGES) {
      const message = `with this rule, the file declares more than ${MAX_IMAGES} images`;
      const tooMany = ruleError("INVALID_FILE", entry, message, "select fewer tags with newest or a narrower range");
      return { entry, images: [], selected: made?.selected, errors: [...errors, tooMany] };
    }
    const ordered = images.map((image) => Object.assign({}, image, { order: order++ }));
    return { entry, images: ordered, selected: made?.selected, errors: distinct(errors) };
  });
}

interface Draft {
  selected: SelectedTags | undefined;
  candidates: Candidate[];
  errors: ErrorReport[];
}

function* draft(entry: RuleEntry, selection: SelectedTags | ErrorReport): Steps<Draft> {
  if ("code" in selection) return { selected: undefined, candidates: [], errors: [selection] };
  const made: Draft = { selected: selection, candidates: [], errors: [] };
  if (selection.kept.length === 0 && !entry.rule.allowEmpty) {
    const { listed } = selection;
    const message = listed === 0 ? "the source has no tags" : `the rule selects none of the source's ${listed} tags`;
    made.errors.push(ruleError("NO_TAGS", entry, message));
  }
  for (const { name, digest } of selection.kept) {
    yield;
    const source = { ...entry.image, tag: name };
    const filled = fillDestination(entry.destination, source);
    if ("message" in filled) {
      made.errors.push(ruleError("INVALID_REFERENCE", entry, filled.message, filled.hint));
      continue;
    }
    for (const target of entry.targets) {
      const diagnostic = nameDiagnostic(target.target, filled.repository, filled.tag);
      if (diagnostic !== undefined) {
        const { message, hint } = diagnostic;
        made.errors.push(ruleError("INVALID_REFERENCE", entry, `tag ${quote(name)}: ${message}`, hint));
        continue;
      }
      const image = makeImage(entry, source, target, { ...filled, order: 0, at: entry.at });
      const claimed = digest === undefined ? {} : { claimed: digest };
      made.candidates.push({ entry, target, image: { ...image, ...claimed }, result: "ok" });
    }
  }
  return made;
}

function isOk({ result }: Candidate): boolean {
  return result === "ok";
}

function imageOf({ image }: Candidate): DesiredImage {
  return image;
}

function errorOf({ result }: Candidate): ErrorReport[] {
  return typeof result === "string" ? [] : [result];
}

/** Removes repeated errors: a name that is invalid at one target is usually invalid at the next. */
function distinct(errors: readonly ErrorReport[]): ErrorReport[] {
  return [...new Map(errors.map((error) => [`${error.code} ${error.message}`, error])).values()];
}
