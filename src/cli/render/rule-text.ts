import { shownPath } from "../../desired/text/problem.ts";
import type { Plan, RulePlan } from "../../plan/plan.ts";
import { isPullLimitReached } from "../../plan/pull-limit.ts";
import { terminalText } from "../../plain-text.ts";
import type { Steps } from "../../steps.ts";
import { alignColumns } from "./text/columns.ts";
import { renderError } from "./text/error-text.ts";
import { familiar } from "./text/familiar.ts";
import type { Style } from "./text/style.ts";
import { wrapLines } from "./text/wrap-lines.ts";
import { plural } from "./text/units.ts";

/**
 * Renders the errors of tag rules, each with its line in the mirror file; empty if there are none. A reached pull limit is
 * not one of them: see pull-limit-text.ts.
 */
export function renderRuleErrors(plan: Plan, style: Style): string {
  return plan.rules
    .flatMap(({ line, errors }) =>
      errors
        .filter((error) => !isPullLimitReached(error))
        .map((error) => {
          const text = renderError(error, { ...style, width: undefined });
          return wrapLines(`${terminalText(`${shownPath(plan.file)}:${line}`)}: ${text}`, style.width);
        }),
    )
    .join("");
}

type Tag = NonNullable<RulePlan["tags"]>[number];

const REASONS: Readonly<Record<NonNullable<Tag["droppedBy"]>, string>> = {
  "no-tag": "not a valid tag name",
  referrer: "stores referrers of another image: see referrers",
  match: "match: no expression matches the whole tag",
  exclude: "exclude: an expression matches the whole tag",
  semver: "semver: not a version in the range",
  suffix: "suffix: different suffix, or none",
  prerelease: "prerelease: is a prerelease",
  full: "full: fewer than three numbers",
  maxAge: "maxAge: pushed earlier, or at an unknown time",
  newest: "newest: enough newer tags",
};

/**
 * Renders the tags of each tag rule: selected tags first, the newest at the top, then the others with the condition that
 * dropped them.
 * ```
 * mirrors.yaml:14: node, 1 of 2 tags
 *   + 22-alpine
 *   - latest  semver: no version in the range
 * ```
 */
export function* renderExplanation(plan: Plan, style: Style): Steps<string> {
  if (plan.rules.length === 0) return `${terminalText(shownPath(plan.file))} has no tag rules.\n`;
  const tags = plan.lock === undefined ? "tag" : "locked tag";
  const rendered: string[] = [];
  for (const { line, image, listed, kept, tags: each = [] } of plan.rules) {
    yield;
    const counts = listed === undefined ? "tags unknown" : `${kept} of ${plural(listed, tags)}`;
    const head = terminalText(`${shownPath(plan.file)}:${line}: ${familiar(image)}, ${counts}`);
    rendered.push(`${style.strong(head)}\n${renderTags(each, style)}`);
  }
  return rendered.join("\n");
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
