import { shownPath } from "../../desired/text/problem.ts";
import { terminalText } from "../../plain-text.ts";
import type { MirroredImage, Outcome, Report } from "../../apply/report.ts";
import type { PullLimitReading } from "../../events.ts";
import type { Action } from "../../plan/action.ts";
import type { Plan } from "../../plan/plan.ts";
import { isPullLimitReached } from "../../plan/pull-limit.ts";
import { failureOf, placeOf, targetOf } from "../../plan/rows/row-fields.ts";
import type { Row } from "../../plan/rows/row.ts";
import { blockedText } from "./blocked-text.ts";
import { arrange } from "./text/arrange.ts";
import type { RowOf } from "./text/columns.ts";
import { renderPostponed } from "./pull-limit-text.ts";
import { renderKnown } from "./cost-text.ts";
import { isUnreadable } from "./plan-parts.ts";
import { groupErrors } from "./text/group-errors.ts";
import { firstOf, wrapList } from "./text/wrap-list.ts";
import { renderError } from "./text/error-text.ts";
import { describeChange } from "./rows/setting-text.ts";
import type { Style } from "./text/style.ts";
import { indented, wrapLines } from "./text/wrap-lines.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { formatBytes, formatDuration, plural } from "./text/units.ts";

/** Number of unchanged images, and of interrupted actions, that a report lists. `--json` has them all. */
const MAX_SHOWN = 20;

export interface ReportFacts {
  plan: Plan;
  pulls: readonly { registry: string; spent: number; reading: PullLimitReading | undefined }[];
  milliseconds: number;
}

/** Renders what an apply did: the URI of each image, then failures, then the totals, so that they end up next to the prompt. */
export function renderReport(report: Report, facts: ReportFacts, style: Style): string {
  return atOnce(reportTextSteps(report, facts, style));
}

/** Renders a report as {@link renderReport} does, in steps. */
export function* reportTextSteps(report: Report, facts: ReportFacts, style: Style): Steps<string> {
  const sections: string[] = [];
  for (const render of [
    () => [renderMirrored(report, style)],
    () => [renderDeleted(report, facts.plan, style)],
    () => [renderStaying("Unchanged:", "mirrored", report)],
    () => [renderStaying("Not checked, stay as they are:", "kept", report)],
    () => [renderNotDone(report, facts.plan, style)],
    () => [renderLeft(report, facts.plan)],
    () =>
      warnings(report, facts.plan).map((warning) =>
        renderFailure({ ...warning, names: [warning.name] }, style, "Warning:"),
      ),
    () => (isUnreadable(facts.plan) ? [] : renderFailures(failures(report, facts.plan), style)),
  ]) {
    for (const section of render()) sections.push(section);
    yield;
  }
  const shown = sections.filter((section) => section !== "");
  const ends = [summarise(report, facts, style), ...facts.pulls.map((pulls) => renderPulls(pulls))];
  return wrapLines(`${[...shown, ends.join("\n")].join("\n")}\n`, style.width);
}

/**
 * Returns what an action is about in a few words: `nomorelimit:ruby-2.7.1-slim`, `repository nomorelimit`. Includes the
 * target if there are several.
 */
export function nameAction(action: Action, plan: Plan): string {
  return nameAt(action.target, describeAction(action), plan);
}

function nameAt(target: string, name: string, plan: Plan): string {
  return plan.targets.length > 1 ? `${target}: ${name}` : name;
}

function describeAction(action: Action): string {
  switch (action.kind) {
    case "copy-image":
    case "delete-tag":
      return `${action.repository}:${action.tag}`;
    case "copy-referrers":
      return `referrers of ${action.repository}:${action.tag}`;
    case "create-repository":
    case "adopt-repository":
      return `repository ${action.repository}`;
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy":
      return `${describeChange(action).name} of ${action.repository}`;
  }
}

function renderMirrored(report: Report, style: Style): string {
  const rows = report.outcomes
    .filter(({ result, uri }) => uri !== undefined && (result === "done" || result === "already-done"))
    .map((outcome) => ({ name: `  ${outcome.uri ?? ""}`, result: describeCopy(outcome) }));
  return section(style.create("Mirrored:"), table(["name", "result"], rows, style));
}

function renderDeleted(report: Report, plan: Plan, style: Style): string {
  const rows = report.outcomes
    .filter(({ action, result }) => action.kind === "delete-tag" && (result === "done" || result === "already-done"))
    .map(({ action, result }) => ({
      name: `  ${nameAction(action, plan)}`,
      result: result === "done" ? "" : "already gone",
    }));
  return section("Deleted:", table(["name", "result"], rows, style));
}

function describeCopy({ result, bytes, pulls, milliseconds }: Outcome): string {
  if (result === "already-done") return "already there";
  const cost = pulls === 0 ? "" : `, ${plural(pulls, "pull")}`;
  return `${formatBytes(bytes)} sent${cost}, ${formatDuration(milliseconds)}`;
}

/** Lists images without an outcome in this state, which the totals count under the same name. */
function renderStaying(title: string, state: MirroredImage["state"], report: Report): string {
  const changed = new Set(report.outcomes.map(({ uri }) => uri));
  const staying = report.images.filter((image) => image.state === state && !changed.has(image.uri));
  const rows = staying.slice(0, MAX_SHOWN).map((image) => `  ${image.uri}`);
  return section(title, [...rows, ...moreThan(MAX_SHOWN, staying)]);
}

function moreThan(shown: number, all: readonly unknown[]): string[] {
  return all.length > shown ? [`  and ${all.length - shown} more; --json lists all`] : [];
}

const NOT_DONE: Partial<Record<Outcome["result"], string>> = {
  interrupted: "interrupted",
  "not-started": "not started",
};

function renderNotDone(report: Report, plan: Plan, style: Style): string {
  const stopped = ["interrupted", "not-started"]
    .flatMap((wanted) => report.outcomes.filter(({ result }) => result === wanted))
    .map(({ action, result, error }) => {
      const why = error?.code === "HELD_BACK" ? `: ${error.message}` : "";
      return { name: `  ${nameAction(action, plan)}`, reason: `${NOT_DONE[result] ?? result}${why}` };
    });
  const blocked = plan.targets
    .flatMap((target) => target.rows)
    .flatMap((row) => {
      const text = blockedText(row);
      return text === undefined ? [] : [{ ...text, name: `  ${nameAt(targetOf(row), text.name, plan)}` }];
    });
  const rows = [...stopped.slice(0, MAX_SHOWN), ...blocked];
  const lines = table(["name", "reason"], rows, style);
  return section("Not done:", [...lines, ...moreThan(MAX_SHOWN, stopped)]);
}

/** Lists what is left for a later run because of the pull limit: actions, and what the plan could not resolve. */
function renderLeft(report: Report, plan: Plan): string {
  const rows = plan.targets.flatMap((target) => target.rows).filter((row) => row.kind === "postponed-image");
  const rules = plan.rules.flatMap(({ line, image, errors }) =>
    errors
      .filter(isPullLimitReached)
      .map((error) => ({ name: `tags of ${image} (${shownPath(plan.file)}:${line})`, error })),
  );
  const actions = report.outcomes.filter(({ result }) => result === "postponed");
  const left = [
    ...rules,
    ...rows.map((row) => ({ name: nameAt(targetOf(row), placeOf(row), plan), error: row.error })),
    ...actions.map(({ action, error }) => ({ name: nameAction(action, plan), error })),
  ];
  return renderPostponed(
    left,
    left.map(({ name }) => name),
  );
}

interface Failure {
  name: string;
  error: NonNullable<Outcome["error"]>;
}

function failures(report: Report, plan: Plan): Failure[] {
  const rules = plan.rules.flatMap(({ line, errors }) =>
    errors
      .filter((error) => !isPullLimitReached(error))
      .map((error) => ({ name: `${shownPath(plan.file)}:${line}`, error })),
  );
  const unread = plan.targets.flatMap((target) => [
    ...(target.error === undefined ? [] : [{ name: `target ${target.name}`, error: target.error }]),
    ...target.rows.flatMap((row) => {
      const error = failureOf(row);
      return error === undefined ? [] : [{ name: nameAt(targetOf(row), describeRow(row), plan), error }];
    }),
  ]);
  const failed = report.outcomes.flatMap(({ action, result, error }) =>
    result === "failed" && error !== undefined ? [{ name: nameAction(action, plan), error }] : [],
  );
  return [...rules, ...unread, ...failed];
}

function describeRow(row: Row): string {
  return row.kind === "unlisted-tags" ? `tags of ${row.repository}` : placeOf(row);
}

/** Returns what actions skipped without failing. */
function warnings(report: Report, plan: Plan): Failure[] {
  return report.outcomes.flatMap(({ action, warnings: skipped = [] }) =>
    skipped.map((error) => ({
      name: nameAt(action.target, `skipped some of the ${describeAction(action)}`, plan),
      error,
    })),
  );
}

function renderFailures(all: readonly Failure[], style: Style): string[] {
  return groupErrors(all, ({ error }) => error).map(({ error, members }) =>
    renderFailure({ names: firstOf(members.map(({ name }) => name)), error }, style),
  );
}

/** @param names what failed for the same reason */
function renderFailure(
  { names, error }: Pick<Failure, "error"> & { names: readonly string[] },
  style: Style,
  heading = "Failed:",
): string {
  // The names wrap between each other, and not within: "main: redis:7" has a space.
  const [first = "", ...more] = wrapList(`${heading} `, names.map(terminalText), style.width ?? Infinity);
  const list = [`${style.problem(heading)}${first.slice(heading.length)}`, ...more].join("\n");
  return `${list}\n${indented(renderError(error, { ...style, width: undefined }), "  ")}`;
}

function summarise(report: Report, { plan, milliseconds }: ReportFacts, style: Style): string {
  if (isUnreadable(plan) && !report.interrupted) {
    return style.strong(
      "Apply: nothing was done, because no target could be read. Follow the hint above, then run apply again.",
    );
  }
  const count = (...results: Outcome["result"][]) =>
    report.outcomes.filter(({ result }) => results.includes(result)).length;
  const failed = failures(report, plan).length;
  const postponed = count("postponed") + plan.totals.postponed;
  const parts = [`${count("done")} done`];
  const optional: [number, string][] = [
    [count("already-done"), "already done"],
    [postponed, "postponed"],
    [count("interrupted"), "interrupted"],
    [count("not-started"), "not started"],
    [plan.totals.blocked, "blocked"],
    [plan.totals.kept, "not checked"],
    [failed, "failed"],
    [warnings(report, plan).length, "skipped with a warning"],
  ];
  for (const [number, what] of optional) if (number > 0) parts.push(`${number} ${what}`);
  parts.push(`${plan.totals.unchanged} unchanged`);
  const bytes = report.outcomes.reduce((sum, outcome) => sum + outcome.bytes, 0);
  const head = report.interrupted ? "Apply interrupted" : "Apply";
  const line = style.strong(
    `${head}: ${parts.join(", ")}. ${formatBytes(bytes)} sent in ${formatDuration(milliseconds)}.`,
  );
  const mayFollow = failed + postponed + count("interrupted", "not-started") > 0 || report.interrupted;
  if (!mayFollow && plan.totals.blocked === 0) return line;
  const rest = mayFollow ? "Run apply again to finish." : "";
  // Another run does not change blocked rows.
  const stays = plan.totals.blocked === 0 ? "" : "Blocked rows stay blocked until you follow the advice in the plan.";
  return [`${line}\nNothing was rolled back: every tag listed as done is complete.`, rest, stays]
    .filter(Boolean)
    .join(" ");
}

/** Renders `Docker Hub: 8 pulls used, 79 of 100 pulls remaining in the 1-hour window (anonymous, 203.0.113.7).` */
function renderPulls(pulls: ReportFacts["pulls"][number]): string {
  return `Docker Hub: ${plural(pulls.spent, "pull")} used, ${renderKnown(pulls)}.`;
}

function table<Column extends string>(
  columns: readonly Column[],
  rows: readonly RowOf<Column>[],
  { width }: Style,
): string[] {
  return arrange(columns, rows, width).flat();
}

function section(title: string, rows: readonly string[]): string {
  return rows.length === 0 ? "" : `${title}\n${rows.map((row) => `${terminalText(row)}\n`).join("")}`;
}
