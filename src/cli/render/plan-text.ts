import type { Plan, TargetPlan } from "../../plan/plan.ts";
import { repositoryOf } from "../../plan/rows/row-fields.ts";
import { renderCost } from "./cost-text.ts";
import { arrange } from "./text/arrange.ts";
import { renderError } from "./text/error-text.ts";
import { filesOf, unaskedNotes } from "./rows/lock-cells.ts";
import { terminalText } from "../../plain-text.ts";
import { renderNotes } from "./note-text.ts";
import { renderRuleErrors } from "./rule-text.ts";
import { rowCells } from "./rows/row-cells.ts";
import { COLUMNS, type Cells } from "./rows/cells.ts";
import type { Style } from "./text/style.ts";
import { plural } from "./text/units.ts";

/**
 * Renders a plan for people: changes, blocked rows and what could not be read, grouped by repository, with the totals
 * first and last. Unchanged images are only counted.
 */
export function renderPlan(plan: Plan, style: Style): string {
  const narrowed =
    plan.narrowedBy.length === 0 ? [] : [`Narrowed by ${plan.narrowedBy.join(" ")}: other images were not checked.`];
  const heads = plan.targets.map((target) => terminalText(`${filesOf(plan).join(", ")} -> ${target.registry}`));
  const bodies = plan.targets.map((target) => renderTarget(target, style));
  const ruleErrors = renderRuleErrors(plan, style);
  const isQuiet = [ruleErrors, ...bodies].every((body) => body === "");
  const summary = summarise(plan);
  const costs = plan.costs.map((cost) => renderCost(cost));
  const incomplete = plan.complete
    ? []
    : [style.problem("The plan is incomplete: it does not include what could not be read.")];
  const unasked = plan.lock === undefined ? [] : unaskedNotes(plan.lock);
  const notes = plan.targets.flatMap(renderNotes);
  const tail = [...narrowed, ...incomplete, ...unasked, ...notes, ...costs];
  if (isQuiet) return lines([...heads, style.strong(summary), ...tail]);
  const sections = plan.targets.flatMap((_target, i) => {
    const body = bodies[i] ?? "";
    if (body === "") return [];
    return plan.targets.length === 1 ? [body] : [`${heads[i]}`, body];
  });
  const top = plan.targets.length === 1 ? [...heads, style.strong(summary)] : [style.strong(summary)];
  return lines([...top, "", ...(ruleErrors === "" ? [] : [ruleErrors]), ...sections, style.strong(summary), ...tail]);
}

/** Renders the totals: `Plan: 2 to create, 2 to change, 1 to delete, 1 blocked, 214 unchanged.` */
export function summarise(plan: Plan): string {
  const { create, change, delete: removed, blocked, failed, kept, unchanged, heldByLock } = plan.totals;
  const held =
    heldByLock === 0 ? "" : ` ${heldByLock} moved upstream and ${heldByLock === 1 ? "stays" : "stay"} locked.`;
  const left = notPlannedText(plan);
  if (create + change + removed + blocked + failed === 0) {
    if (left !== "") return `Nothing left to do in the saved plan.${left}`;
    const unsure =
      kept === 0 ? "" : ` ${kept} could not be checked and ${kept === 1 ? "stays as it is" : "stay as they are"}.`;
    return `No changes. ${plural(unchanged, "image")} ${unchanged === 1 ? "matches" : "match"} ${plan.file}.${unsure}${held}`;
  }
  const counts = [`${create} to create`, `${change} to change`, `${removed} to delete`];
  if (blocked > 0) counts.push(`${blocked} blocked`);
  if (failed > 0) counts.push(`${failed} could not be read`);
  if (kept > 0) counts.push(`${kept} not checked`);
  return `Plan: ${[...counts, `${unchanged} unchanged`].join(", ")}.${held}${left}`;
}

function notPlannedText({ notPlanned = 0 }: Plan): string {
  if (notPlanned === 0) return "";
  return ` ${plural(notPlanned, "change")} ${notPlanned === 1 ? "is" : "are"} not in the saved plan and ${notPlanned === 1 ? "waits" : "wait"} for the next one.`;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

function renderTarget(target: TargetPlan, style: Style): string {
  if (target.error !== undefined) return renderError(target.error, style);
  const shown = target.rows.flatMap((row) => {
    const cells = rowCells(row, style);
    return cells === undefined ? [] : [{ repository: repositoryOf(row), cells }];
  });
  const groups = [...Map.groupBy(shown, ({ repository }) => repository)];
  const room = style.width === undefined ? undefined : style.width - MARGIN.length;
  const arranged = arrange(
    COLUMNS,
    groups.map(([, rows]) => rows.map(({ cells }) => cells)),
    room,
  );
  let at = 0;
  const sections = groups.map(([repository, rows]) => {
    const texts = rows.map(({ cells }) => renderRow(cells, arranged[at++] ?? [], style));
    return `${repository}\n${texts.join("")}`;
  });
  return sections.join("");
}

/** As wide as a row's sign with the spaces around it. */
const MARGIN = "    ";

function renderRow(cells: Cells, [first = "", ...more]: readonly string[], style: Style): string {
  const continued = more.map((line) => `${MARGIN}${terminalText(line)}\n`).join("");
  const text = `  ${cells.paint(cells.sign)} ${terminalText(first)}\n${continued}`;
  return cells.error === undefined
    ? text
    : `${text}      ${renderError(cells.error, style).replaceAll("\n  ", "\n      ")}`;
}
