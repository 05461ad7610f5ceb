import type { Plan, TargetPlan } from "../../plan/plan.ts";
import { repositoryOf } from "../../plan/row-order.ts";
import { renderCost } from "./cost-text.ts";
import { alignColumns } from "./columns.ts";
import { renderError } from "./error-text.ts";
import { familiar } from "./familiar.ts";
import { filesOf, unaskedNotes } from "./lock-cells.ts";
import { terminalText } from "../../plain-text.ts";
import { renderNotes } from "./note-text.ts";
import { renderRuleErrors } from "./rule-text.ts";
import { rowCells, type RowCells } from "./row-cells.ts";
import type { Style } from "./style.ts";
import { plural } from "./units.ts";

/**
 * A plan as a person reads it: nothing but changes, blocked rows and what could not be read, grouped by repository,
 * with the totals first and last.
 */
export function renderPlan(plan: Plan, style: Style): string {
  const narrowed =
    plan.narrowedBy.length === 0 ? [] : [`Narrowed by ${plan.narrowedBy.join(" ")}: other images were not looked at.`];
  const heads = plan.targets.map((target) => terminalText(`${filesOf(plan).join(", ")} -> ${target.registry}`));
  const bodies = plan.targets.map((target) => renderTarget(target, style));
  const ruleErrors = renderRuleErrors(plan, style);
  const isQuiet = [ruleErrors, ...bodies].every((body) => body === "");
  const summary = summarise(plan);
  const costs = plan.costs.map((cost) => renderCost(cost));
  const incomplete = plan.complete
    ? []
    : [style.problem("The plan is incomplete: what could not be read is missing from it.")];
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

/** `Plan: 2 to create, 2 to change, 1 to delete, 1 blocked, 214 unchanged.` */
export function summarise(plan: Plan): string {
  const { create, change, delete: removed, blocked, failed, kept, unchanged, heldByLock } = plan.totals;
  const held =
    heldByLock === 0 ? "" : ` ${heldByLock} moved upstream, and the lock holds ${heldByLock === 1 ? "it" : "them"}.`;
  const left = leftOut(plan);
  if (create + change + removed + blocked + failed === 0) {
    if (left !== "") return `Nothing of the saved plan is left to do.${left}`;
    const unsure = kept === 0 ? "" : ` ${kept} could not be checked and ${kept === 1 ? "is" : "are"} kept.`;
    return `No changes. ${plural(unchanged, "image")} ${unchanged === 1 ? "matches" : "match"} ${plan.file}.${unsure}${held}`;
  }
  const counts = [`${create} to create`, `${change} to change`, `${removed} to delete`];
  if (blocked > 0) counts.push(`${blocked} blocked`);
  if (failed > 0) counts.push(`${failed} could not be read`);
  if (kept > 0) counts.push(`${kept} not checked`);
  return `Plan: ${[...counts, `${unchanged} unchanged`].join(", ")}.${held}${left}`;
}

function leftOut({ notPlanned = 0 }: Plan): string {
  if (notPlanned === 0) return "";
  return ` ${plural(notPlanned, "change")} that ${notPlanned === 1 ? "is" : "are"} not in it ${notPlanned === 1 ? "is" : "are"} left for the next plan.`;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

function renderTarget(target: TargetPlan, style: Style): string {
  if (target.error !== undefined) return renderError(target.error, style);
  const shown = target.rows.flatMap((row) => {
    const cells = rowCells(row, style, (source) => familiar(source, style));
    return cells === undefined ? [] : [{ repository: repositoryOf(row), cells }];
  });
  const aligned = alignColumns(shown.map(({ cells }) => cells.columns));
  const groups = Map.groupBy(
    shown.map(({ repository, cells }, i) => ({ repository, text: renderRow(cells, aligned[i] ?? "", style) })),
    ({ repository }) => repository,
  );
  return [...groups].map(([repository, rows]) => `${repository}\n${rows.map(({ text }) => text).join("")}`).join("");
}

function renderRow(cells: RowCells, aligned: string, style: Style): string {
  const line = `  ${cells.paint(cells.symbol)} ${terminalText(aligned)}\n`;
  return cells.error === undefined
    ? line
    : `${line}      ${renderError(cells.error, style).replaceAll("\n  ", "\n      ")}`;
}
