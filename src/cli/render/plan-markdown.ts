import type { Cost, Plan } from "../../plan/plan.ts";
import { renderCost } from "./cost-text.ts";
import { fitSections } from "./markdown/fit-sections.ts";
import { markerOf } from "./markdown/marker.ts";
import { sectionsOf } from "./markdown/sections.ts";
import { withoutAnswers } from "./markdown/without-answers.ts";
import { renderNotes } from "./note-text.ts";
import { pruneNote } from "./prune-note.ts";
import { pullLimitMarkdown } from "./pull-limit-text.ts";
import { filesOf, unaskedNotes } from "./rows/lock-cells.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { targetText } from "./target-text.ts";
import { legendText } from "./rows/cells.ts";
import { codeSpan, escapeMarkdown, tableCell } from "./text/markdown-text.ts";
import { countsText, hasChanges, summarise } from "./totals-text.ts";

/** GitHub refuses a comment of more than 65,536 characters. The difference is for what the Action adds. */
export const COMMENT_LIMIT = 65_000;

/** GitHub drops a job summary of more than 1 MiB. Several steps may write into one. */
export const SUMMARY_LIMIT = 1_000_000;

/** Number of notes and options that a page lists. A mirror file can have thousands. */
const MAX_NAMED = 20;

/**
 * Renders a plan as a comment on a pull request, of at most `limit` bytes: the exact totals, then a table for each target
 * with blocked and failed rows first, then deletions, then the rest. Long tables are folded; rows that do not fit are
 * omitted and counted. The address and the account of a pull limit are omitted because a comment has more readers than a
 * log. So are the words of responses. The first line is a hidden marker; see {@link markerOf}.
 */
export function renderMarkdown(plan: Plan, limit: number): string {
  return atOnce(markdownSteps(plan, limit));
}

/** Renders a plan as {@link renderMarkdown} does, in steps: 100,000 rows take a second. */
export function* markdownSteps(whole: Plan, limit: number): Steps<string> {
  const plan = withoutAnswers(whole);
  const sections = yield* sectionsOf(plan);
  const narrowed = few(plan.narrowedBy.map(codeSpan)).join(" ");
  const files = filesOf(plan).map(codeSpan).join(", ");
  const [only] = plan.targets.length === 1 ? plan.targets : [];
  const from = only === undefined ? `From ${files}.` : `${files} → ${tableCell(targetText(only))}`;
  const head = [
    markerOf(whole),
    `### mirrorform ${codeSpan(plan.name)}: ${headline(plan)}`,
    "",
    // The path is untrusted text, which is shown below as code.
    `**${escapeMarkdown(summarise({ ...plan, file: "the mirror file" }))}**`,
    ...(plan.complete ? [] : ["", "**The plan is incomplete: it does not include what could not be read.**"]),
    ...(plan.narrowedBy.length === 0 ? [] : ["", `Narrowed by ${narrowed}: other images were not checked.`]),
    "",
    from,
    "",
  ].join("\n");
  const unasked = plan.lock === undefined ? [] : unaskedNotes(plan.lock).map(escapeMarkdown);
  const notes = plan.targets.flatMap(renderNotes).map(tableCell);
  const legend = legendText(new Set(sections.flatMap(({ signs }) => signs)));
  const foot = [
    // A line that starts with a sign would be a list.
    ...(legend === "" ? [] : ["", `Signs: ${escapeMarkdown(legend)}.`]),
    ...[...few(unasked), ...pruneNote(plan).map(escapeMarkdown), ...few(notes)].map((note) => `\n${note}`),
    ...pullLimitMarkdown(plan),
    ...plan.costs.map((cost) => `\n${escapeMarkdown(renderCost(withoutOwner(cost)))}`),
    "",
  ].join("\n");
  yield;
  return head + fitSections(sections, limit - bytes(head) - bytes(foot)) + foot;
}

/** Returns the first texts, and the number of the others. */
function few(texts: readonly string[]): string[] {
  const more = texts.length - MAX_NAMED;
  return more > 0 ? [...texts.slice(0, MAX_NAMED), `and ${more} more`] : [...texts];
}

/** Returns the part of the heading that lists of comments and notifications show. */
function headline(plan: Plan): string {
  if (!plan.complete) return "incomplete";
  return hasChanges(plan.totals) ? countsText(plan.totals) : "no changes";
}

function withoutOwner(cost: Cost): Cost {
  if (cost.reading === undefined) return cost;
  const { source: _source, ...reading } = cost.reading;
  return { ...cost, reading: { ...reading, source: undefined } };
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
