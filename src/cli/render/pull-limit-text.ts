import type { Outcome } from "../../apply/report.ts";
import type { ErrorReport } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import type { Plan } from "../../plan/plan.ts";
import { isPullLimitReached } from "../../plan/pull-limit.ts";
import { tableCell } from "./text/markdown-text.ts";
import { familiar } from "./text/familiar.ts";
import type { Style } from "./text/style.ts";
import { DEFAULT_WIDTH, firstOf, wrapList } from "./text/wrap-list.ts";

/** The sentence for everything that a reached pull limit affects. Only Docker Hub has one. */
export const PULL_LIMIT_REACHED = "Docker Hub's pull limit is reached.";

/** What a plan could not find out because the pull limit of a source is reached. */
interface Affected {
  title: string;
  /** Sources, each once, however many targets they go to. */
  names: string[];
}

/**
 * Renders one message for all images of a plan that a reached pull limit affects, because the cause and the remedy are
 * the same for each. Empty if there are none.
 * ```
 * Docker Hub's pull limit is reached.
 *   Not resolved: redis:7.2, nginx:1
 *   hint: sign in for your own pull limit, rerun when pulls are available again, or wait for them with `apply --wait`
 * ```
 */
export function renderPullLimit(plan: Plan, style: Style): string[] {
  const { affected, error } = affectedBy(plan);
  if (error === undefined) return [];
  const lists = affected.flatMap(({ title, names }) =>
    wrapList(`  ${title}: `, firstOf(names), style.width ?? DEFAULT_WIDTH).map(terminalText),
  );
  return [style.change(PULL_LIMIT_REACHED), ...lists, ...hintLines(error)];
}

/** Renders the message of {@link renderPullLimit} as a paragraph of Markdown. */
export function pullLimitMarkdown(plan: Plan): string[] {
  const { affected, error } = affectedBy(plan);
  if (error === undefined) return [];
  const lists = affected.map(({ title, names }) => `${title}: ${firstOf(names.map(tableCell)).join(", ")}.`);
  return [`\n**${PULL_LIMIT_REACHED}** ${lists.join(" ")}`];
}

/** Renders what an apply left for later, as one message with a line for each of the first images. Empty if there is nothing. */
export function renderPostponed(postponed: readonly Pick<Outcome, "error">[], names: readonly string[]): string {
  if (names.length === 0) return "";
  const lines = firstOf(names).map((name) => `  ${terminalText(name)}`);
  const error = postponed.find((each) => each.error !== undefined)?.error;
  return `${[`Postponed: ${PULL_LIMIT_REACHED}`, ...lines, ...hintLines(error)].join("\n")}\n`;
}

function affectedBy(plan: Plan): { affected: Affected[]; error: ErrorReport | undefined } {
  const notResolved = new Set<string>();
  const notChecked = new Set<string>();
  let error: ErrorReport | undefined;
  for (const { image, errors } of plan.rules) {
    const reached = errors.find(isPullLimitReached);
    if (reached === undefined) continue;
    error ??= reached;
    notResolved.add(`tags of ${familiar(image)}`);
  }
  for (const row of plan.targets.flatMap(({ rows }) => rows)) {
    if (row.kind === "postponed-image") notResolved.add(familiar(row.source));
    else if (row.kind === "kept-image") notChecked.add(familiar(row.source));
    else if (row.kind === "kept-referrers") notChecked.add(`referrers of ${familiar(row.source)}`);
    else continue;
    error ??= row.error;
  }
  const affected = [
    { title: "Not resolved", names: [...notResolved] },
    { title: "Not checked, stay as they are", names: [...notChecked] },
  ];
  return { affected: affected.filter(({ names }) => names.length > 0), error };
}

function hintLines(error: ErrorReport | undefined): string[] {
  return error?.hint === undefined ? [] : [`  hint: ${terminalText(error.hint)}`];
}
