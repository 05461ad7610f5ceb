import type { ErrorReport } from "../../../errors.ts";
import { abbreviateDigests } from "../../../oci/digest.ts";
import { MAX_QUOTE_LENGTH, plainText } from "../../../plain-text.ts";
import type { Plan, TargetPlan } from "../../../plan/plan.ts";
import { isPullLimitReached } from "../../../plan/pull-limit.ts";
import { totalsOf } from "../../../plan/totals.ts";
import type { Cells, Column, Sign } from "../rows/cells.ts";
import { withErrorsOnce } from "../rows/errors-once.ts";
import { shownRows } from "../rows/shown-rows.ts";
import type { Steps } from "../../../steps.ts";
import { targetText } from "../target-text.ts";
import { tableCell } from "../text/markdown-text.ts";
import { createStyle } from "../text/style.ts";
import { countsText } from "../totals-text.ts";

const STYLE = createStyle({ color: false });

/** The columns from left to right. Digests come last because a page cuts off a table that is too wide for it. */
const HEADINGS: Readonly<Record<Column, string>> = {
  name: "Tag or setting",
  detail: "Source or value",
  reason: "Reason",
  digest: "Digest",
  size: "Content",
};

const COLUMNS = Object.keys(HEADINGS) as Column[];

/** One row of a table. */
export interface TableRow {
  /** The row above the first of several rows with the same one: the repository, in bold. */
  heading: string;
  /** A line of Markdown. */
  line: string;
}

/** The part of a page about one target, or about the tag rules: a table with a heading. */
export interface Section {
  /** Heading and totals; empty for the only target. */
  head: string;
  /** The heading row of the table, and the line below it. */
  tableHead: string;
  rows: TableRow[];
  signs: Sign[];
}

/** The order of the rows of a target: what needs attention first. Rows of equal rank stay in the order of the plan. */
const RANK: Readonly<Record<Sign, number>> = { "!": 0, "-": 1, "~": 2, "+": 2, "?": 3, "*": 3, "=": 4 };

/** Returns a section for the tag rules that failed, if any, and one for each target. */
export function* sectionsOf(plan: Plan): Steps<Section[]> {
  const rules = plan.rules.flatMap(({ line, errors }) =>
    errors
      .filter((error) => !isPullLimitReached(error))
      .map((error) => ({ heading: "", line: tableLine(["!", `line ${line}`, errorText(error)]) })),
  );
  const targets: Section[] = [];
  for (const target of plan.targets) targets.push(yield* targetSection(target, plan.targets.length > 1));
  if (rules.length === 0) return targets;
  return [
    { head: "#### Tag rules\n", tableHead: tableHead([" ", "Mirror file", "Problem"]), rows: rules, signs: ["!"] },
    ...targets,
  ];
}

function* targetSection(target: TargetPlan, isOneOfSeveral: boolean): Steps<Section> {
  const totals = countsText(totalsOf([target], []));
  const head = isOneOfSeveral
    ? `#### ${tableCell(targetText(target))}\n\n${totals === "" ? "No changes." : `${totals}.`}\n`
    : "";
  if (target.error !== undefined) {
    const row = { heading: "", line: tableLine(["!", tableCell(target.name), errorText(target.error)]) };
    return { head, tableHead: tableHead([" ", "Target", "Problem"]), rows: [row], signs: ["!"] };
  }
  const shown = yield* shownRows(target, STYLE);
  const columns = COLUMNS.filter((column) => shown.some(({ cells }) => (cells[column] ?? "") !== ""));
  const ranked = withErrorsOnce(shown.toSorted((a, b) => RANK[a.cells.sign] - RANK[b.cells.sign]));
  const rows: TableRow[] = [];
  for (const { repository, cells } of ranked) {
    yield;
    rows.push({
      heading: `| | **${tableCell(repository)}** |${" |".repeat(columns.length - 1)}\n`,
      line: tableLine([tableCell(cells.sign), ...columns.map((column) => cellText(cells, column))]),
    });
  }
  return {
    head,
    tableHead: tableHead([" ", ...columns.map((column) => HEADINGS[column])]),
    signs: ranked.map(({ cells }) => cells.sign),
    rows,
  };
}

function cellText(cells: Cells, column: Column): string {
  const text = cells[column] ?? "";
  if (column !== "reason" || cells.error === undefined) return tableCell(text);
  return cells.error.message.startsWith(text)
    ? errorText(cells.error)
    : `${tableCell(text)}. ${errorText(cells.error)}`;
}

/** Most characters of a message or a hint in a row: a quoted text, with words of mirrorform around it. */
const MAX_ERROR_LENGTH = MAX_QUOTE_LENGTH + 100;

/** Renders an error in one line, of bounded length, because registries repeat untrusted text in errors. */
function errorText({ code, message, hint }: ErrorReport): string {
  const short = (text: string) => plainText(abbreviateDigests(text), MAX_ERROR_LENGTH);
  const cause = `${tableCell(code)}: ${tableCell(short(message))}`;
  return hint === undefined ? cause : `${cause}. Hint: ${tableCell(short(hint))}`;
}

/** @param cells Markdown */
function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function tableHead(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n|${"---|".repeat(cells.length)}\n`;
}
