import type { Plan, RulePlan } from "../../plan/plan.ts";
import { terminalText } from "../../plain-text.ts";
import { alignColumns } from "./text/columns.ts";
import { renderError } from "./text/error-text.ts";
import { familiar } from "./text/familiar.ts";
import type { Style } from "./text/style.ts";
import { plural } from "./text/units.ts";

/** What kept rules from choosing their tags, each with its line in the mirror file; empty when nothing did. */
export function renderRuleErrors(plan: Plan, style: Style): string {
  return plan.rules
    .flatMap(({ line, errors }) =>
      errors.map((error) => `${terminalText(`${plan.file}:${line}`)}: ${renderError(error, style)}`),
    )
    .join("");
}

type Tag = NonNullable<RulePlan["tags"]>[number];

const REASONS: Readonly<Record<NonNullable<Tag["droppedBy"]>, string>> = {
  "no-tag": "the source lists it, and it cannot be a tag",
  referrer: "a signature or the like of another image: see referrers",
  match: "match: no expression matches the whole of it",
  exclude: "exclude: an expression matches the whole of it",
  semver: "semver: no version in the range",
  suffix: "suffix: it has another one, or none",
  prerelease: "prerelease: it is one",
  maxAge: "maxAge: pushed before that, or nobody knows when",
  newest: "newest: enough others are newer",
};

/**
 * Each tag of each rule, the chosen ones first, the newest of them at the top, and of each other tag the step that dropped it.
 * ```
 * mirrors.yaml:14: node, 1 of 2 tags
 *   + 22-alpine
 *   - latest  semver: no version in the range
 * ```
 */
export function renderExplanation(plan: Plan, style: Style): string {
  if (plan.rules.length === 0) return `No entry of ${terminalText(plan.file)} chooses its tags by a rule.\n`;
  const tags = plan.lock === undefined ? "tag" : "locked tag";
  return plan.rules
    .map(({ line, image, listed, kept, tags: each = [] }) => {
      const counts = listed === undefined ? "its tags are not known" : `${kept} of ${plural(listed, tags)}`;
      const head = terminalText(`${plan.file}:${line}: ${familiar(image, style)}, ${counts}`);
      return `${style.strong(head)}\n${renderTags(each, style)}`;
    })
    .join("\n");
}

function renderTags(tags: readonly Tag[], style: Style): string {
  const rows = alignColumns(
    ["name", "reason"],
    tags.map(({ name, droppedBy }) => ({ name, reason: droppedBy === null ? "" : REASONS[droppedBy] })),
  );
  return tags
    .map(({ droppedBy }, i) => {
      const mark = droppedBy === null ? style.create("+") : style.quiet("-");
      return `  ${mark} ${terminalText(rows[i] ?? "")}\n`;
    })
    .join("");
}
