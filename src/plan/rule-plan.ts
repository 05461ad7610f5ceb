import type { RuleEntry } from "../desired/entries/desired-entry.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { Steps } from "../steps.ts";
import { formatReference } from "../oci/reference.ts";
import type { RulePlan } from "./plan.ts";

/** The result of a tag rule in this run. */
export type RuleOutcome = Omit<ExpandedEntry, "entry" | "images"> & { entry: Pick<RuleEntry, "at" | "image"> };

/** Returns a plan's entry for a tag rule. */
export function* rulePlan({ entry, selected, errors }: RuleOutcome, explained: boolean): Steps<RulePlan> {
  const base = { line: entry.at.line, image: formatReference(entry.image), errors: [...errors] };
  if (selected === undefined) return base;
  const { kept, listed } = selected;
  const counted = { ...base, listed, kept: kept.length };
  if (!explained) return counted;
  const dropped = yield* selected.dropped();
  return {
    ...counted,
    tags: [
      ...kept.map(({ name }) => ({ name, droppedBy: null })),
      ...dropped.map(({ name, by }) => ({ name, droppedBy: by })),
    ],
  };
}
