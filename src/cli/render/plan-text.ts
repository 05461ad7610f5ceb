import type { Plan } from "../../plan/plan.ts";
import { renderCost } from "./cost-text.ts";
import { arrange } from "./text/arrange.ts";
import { renderError } from "./text/error-text.ts";
import { filesOf, unaskedNotes } from "./rows/lock-cells.ts";
import { terminalText } from "../../plain-text.ts";
import { renderNotes } from "./note-text.ts";
import { pruneNote } from "./prune-note.ts";
import { isUnreadable, planParts } from "./plan-parts.ts";
import { renderPullLimit } from "./pull-limit-text.ts";
import { renderRuleErrors } from "./rule-text.ts";
import { COLUMNS, legendText, type Cells } from "./rows/cells.ts";
import { withErrorsOnce } from "./rows/errors-once.ts";
import { shownRows, type ShownRow } from "./rows/shown-rows.ts";
import { atOnce, type Steps } from "../../steps.ts";
import type { Style } from "./text/style.ts";
import { wrapLines } from "./text/wrap-lines.ts";
import { targetText } from "./target-text.ts";
import { summarise } from "./totals-text.ts";

/**
 * Renders a plan for people: changes, blocked rows and what could not be read, grouped by repository, with the totals
 * last, and first as well if they would be far away. Unchanged images are only counted.
 */
export function renderPlan(plan: Plan, style: Style): string {
  return atOnce(planTextSteps(plan, style));
}

/** Renders a plan as {@link renderPlan} does, in steps: 100,000 rows take a second. */
export function* planTextSteps(plan: Plan, style: Style): Steps<string> {
  const narrowed =
    plan.narrowedBy.length === 0 ? [] : [`Narrowed by ${plan.narrowedBy.join(" ")}: other images were not checked.`];
  const incomplete = plan.complete
    ? []
    : [style.problem("The plan is incomplete: it does not include what could not be read.")];
  const unasked = plan.lock === undefined ? [] : unaskedNotes(plan.lock);
  const notes = plan.targets.flatMap(renderNotes);
  const pullLimit = renderPullLimit(plan, style);
  const tail = [
    ...narrowed,
    ...incomplete,
    ...unasked,
    ...pruneNote(plan),
    ...notes,
    ...pullLimit,
    ...plan.costs.map((cost) => renderCost(cost)),
  ];
  const summary = style.strong(summarise(plan));
  const lines = (all: readonly string[]) => wrapLines(`${all.join("\n")}\n`, style.width);
  const parts: { head: string; rows: ShownRow[]; body: string }[] = [];
  for (const { targets, error } of planParts(plan)) {
    const ofTargets: ShownRow[][] = [];
    for (const target of targets) ofTargets.push(yield* shownRows(target, style));
    const rows = withErrorsOnce(ofTargets.flat());
    yield;
    const head = terminalText(`${filesOf(plan).join(", ")} -> ${targets.map(targetText).join(", ")}`);
    const body = error === undefined ? yield* renderRows(rows, style) : renderError(error, style);
    parts.push({ head, rows, body });
  }
  const heads = parts.map(({ head }) => head);
  const ruleErrors = renderRuleErrors(plan, style);
  if ([ruleErrors, ...parts.map(({ body }) => body)].every((text) => text === ""))
    return lines([...heads, summary, ...tail]);
  if (isUnreadable(plan)) {
    const errors = parts.flatMap(({ head, body }) => [head, body]);
    return lines([...(ruleErrors === "" ? [] : [ruleErrors]), ...errors, ...narrowed, style.problem(NOTHING_READ)]);
  }
  const isOnly = parts.length === 1;
  const sections = parts.flatMap(({ head, body }) => (body === "" ? [] : isOnly ? [body] : [head, body]));
  const isLong = parts.reduce((sum, { rows }) => sum + rows.length, 0) > MAX_ON_SCREEN;
  const legend = legendText(new Set(parts.flatMap(({ rows }) => rows.map(({ cells }) => cells.sign))));
  return lines([
    ...(isOnly ? heads : []),
    ...(isLong ? [summary, ""] : []),
    ...(ruleErrors === "" ? [] : [ruleErrors]),
    ...sections,
    ...(legend === "" ? [] : [legend]),
    summary,
    ...tail,
  ]);
}

const NOTHING_READ = "The plan is empty: no target could be read.";

/** Renders rows below their repositories. */
function* renderRows(rows: readonly ShownRow[], style: Style): Steps<string> {
  const arranged = arrange(
    COLUMNS,
    rows.map(({ cells }) => cells),
    style.width === undefined ? undefined : style.width - MARGIN.length,
  );
  const rendered: string[] = [];
  for (const [i, { repository, cells }] of rows.entries()) {
    yield;
    const heading = rows[i - 1]?.repository === repository ? "" : `${repository}\n`;
    rendered.push(`${heading}${renderRow(cells, arranged[i] ?? [], style)}`);
  }
  return rendered.join("");
}

/** Rows that fit on a screen with their repositories: below more of them, the totals would be scrolled away. */
const MAX_ON_SCREEN = 20;

/** As wide as a row's sign with the spaces around it. */
const MARGIN = "    ";

function renderRow(cells: Cells, [first = "", ...more]: readonly string[], style: Style): string {
  const continued = more.map((line) => `${MARGIN}${terminalText(line)}\n`).join("");
  const text = `  ${cells.paint(cells.sign)} ${terminalText(first)}\n${continued}`;
  return cells.error === undefined
    ? text
    : `${text}      ${renderError(cells.error, { ...style, width: undefined }).replaceAll("\n  ", "\n      ")}`;
}
