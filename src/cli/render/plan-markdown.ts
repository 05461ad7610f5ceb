import { createHash } from "node:crypto";

import { terminalText } from "../../plain-text.ts";
import type { Cost, Plan, TargetPlan } from "../../plan/plan.ts";
import { repositoryOf } from "../../plan/rows/row-fields.ts";
import { renderCost } from "./cost-text.ts";
import { renderError } from "./text/error-text.ts";
import { filesOf, unaskedNotes } from "./rows/lock-cells.ts";
import { codeBlock, codeSpan } from "./text/markdown-text.ts";
import { summarise } from "./plan-text.ts";
import { renderNotes } from "./note-text.ts";
import { rowCells } from "./rows/row-cells.ts";
import { COLUMNS, type Cells, type Sign } from "./rows/cells.ts";
import { createStyle } from "./text/style.ts";
import { plural } from "./text/units.ts";

/** GitHub refuses a comment of more than 65,536 characters. The difference is for what the Action adds. */
export const COMMENT_LIMIT = 65_000;

/** GitHub drops a job summary of more than 1 MiB. Several steps may write into one. */
export const SUMMARY_LIMIT = 1_000_000;

/** Digests are shortened because a reviewer compares their start. The plan file has them in full. */
const STYLE = createStyle({ color: false, abbreviateDigests: true });

/** Hexadecimal digits, enough to distinguish two plans. */
const HASH_DIGITS = 12;

/** The title of the group of images that stay as they are. */
const LOCKED = "Locked";

/** Number of targets, notes and options that a page lists. A mirror file can have thousands. */
const MAX_NAMED = 20;

/** Characters of target names in the marker. Longer lists are hashed. */
const MAX_MARKED = 1000;

/** A table of the sign and the columns, without headings. */
const TABLE_HEAD = [" ", "---"].map((cell) => `|${`${cell}|`.repeat(1 + COLUMNS.length)}\n`).join("");

/** A rendered row. */
interface Line {
  /** The repository, after the target if there are several. */
  heading: string;
  text: string;
}

/**
 * Renders a plan as a comment on a pull request, of at most `limit` bytes: the exact totals, then deletions, then blocked
 * and failed rows, then the rest. Rows that do not fit are omitted and counted. The address and the account of a pull
 * limit are omitted because a comment has more readers than a log.
 *
 * The first line is a hidden marker with the name of the mirror file, the targets and a hash of the changes. It identifies
 * the comment, which is not updated as long as the changes stay the same.
 */
export function renderMarkdown(plan: Plan, limit: number): string {
  const groups = linesOf(plan);
  const narrowed = few(plan.narrowedBy.map(codeSpan)).join(" ");
  // The path is untrusted text, which is shown below as code.
  const totals = `**${escapeProse(summarise({ ...plan, file: "the mirror file" }))}**`;
  const head = [
    marker(plan, groups),
    `### mirrorform ${codeSpan(plan.name)}: ${headline(plan)}`,
    "",
    totals,
    ...(plan.complete ? [] : ["", "**The plan is incomplete: it does not include what could not be read.**"]),
    ...(plan.narrowedBy.length === 0 ? [] : ["", `Narrowed by ${narrowed}: other images were not checked.`]),
    "",
    ...few(plan.targets.map((target) => `${filesOf(plan).map(codeSpan).join(", ")} → ${codeSpan(target.registry)}  `)),
    "",
  ].join("\n");
  const notes = plan.lock === undefined ? [] : unaskedNotes(plan.lock).map((note) => `\n${escapeProse(note)}`);
  const foot = [
    "",
    totals,
    ...few(notes),
    ...few(plan.targets.flatMap(renderNotes).map((note) => `\n${codeSpan(note)}`)),
    ...plan.costs.map((cost) => `\n${escapeProse(renderCost(withoutOwner(cost)))}`),
    "",
  ].join("\n");
  return head + fit(groups, limit - bytes(head) - bytes(foot)) + foot;
}

/** Returns the first lines, and the number of the others. */
function few(lines: readonly string[]): string[] {
  const more = lines.length - MAX_NAMED;
  return more > 0 ? [...lines.slice(0, MAX_NAMED), `and ${more} more`] : [...lines];
}

interface Group {
  title: string;
  lines: Line[];
}

function linesOf(plan: Plan): Group[] {
  const groups: Record<GroupName, Line[]> = { deletions: [], problems: [], changes: [], notable: [], held: [] };
  for (const { line, errors } of plan.rules) {
    const heading = codeSpan(`${plan.file}:${line}`);
    for (const error of errors) groups.problems.push({ heading, text: `\n${codeBlock(renderError(error, STYLE))}\n` });
  }
  for (const target of plan.targets) {
    const place = plan.targets.length > 1 ? `${codeSpan(target.registry)} ` : "";
    if (target.error !== undefined) {
      const text = `\n${codeBlock(renderError(target.error, STYLE))}\n`;
      groups.problems.push({ heading: codeSpan(target.name), text });
    }
    for (const { repository, cells } of shownRows(target)) {
      groups[GROUP_OF[cells.sign]].push({ heading: `${place}${codeSpan(repository)}`, text: lineOf(cells) });
    }
  }
  return TITLES.map(([name, title]) => ({ title, lines: groups[name] })).filter(({ lines }) => lines.length > 0);
}

type GroupName = "deletions" | "problems" | "changes" | "notable" | "held";

const GROUP_OF: Readonly<Record<Sign, GroupName>> = {
  "-": "deletions",
  "!": "problems",
  "+": "changes",
  "~": "changes",
  "*": "notable",
  "?": "notable",
  "=": "held",
};

/** In the order of the page. */
const TITLES = [
  ["deletions", "Deletions"],
  ["problems", "Blocked or failed"],
  ["changes", "Changes"],
  ["notable", "For your information"],
  ["held", LOCKED],
] as const;

function shownRows(target: TargetPlan): { repository: string; cells: Cells }[] {
  return target.rows.flatMap((row) => {
    const cells = rowCells(row, STYLE);
    return cells === undefined ? [] : [{ repository: repositoryOf(row), cells }];
  });
}

function lineOf(cells: Cells): string {
  const { sign, error } = cells;
  const texts = [sign, ...COLUMNS.map((column) => cells[column] ?? "")];
  const row = `| ${texts.map(codeSpan).join(" | ")} |\n`;
  return error === undefined ? row : `${row}\n${codeBlock(renderError(error, STYLE))}\n`;
}

/** Renders as many whole rows as fit, and the number of the others. */
function fit(groups: readonly Group[], room: number): string {
  const all = groups.reduce((sum, { lines }) => sum + lines.length, 0);
  let page = "";
  let used = 0;
  let shown = 0;
  // Leaves room for the sentence about the omitted rows.
  const most = room - bytes(remainder(all));
  for (const { title, lines } of groups) {
    let heading: string | undefined;
    let isInTable = false;
    for (const line of lines) {
      const opening = heading === undefined ? `\n#### ${title}\n` : "";
      const under = heading === line.heading ? "" : `\n${line.heading}\n`;
      const isRow = line.text.startsWith("|");
      const table = isRow && (under !== "" || !isInTable) ? `\n${TABLE_HEAD}` : "";
      const text = `${opening}${under}${table}${line.text}`;
      used += bytes(text);
      if (used > most) return page + remainder(all - shown);
      page += text;
      shown += 1;
      heading = line.heading;
      isInTable = isRow && line.text.indexOf("\n") === line.text.length - 1;
    }
  }
  return page;
}

function remainder(count: number): string {
  return `\n**… and ${plural(count, "more row")}.** The log and the JSON of the plan have all of them.\n`;
}

/** Returns the part of the heading that lists of comments and notifications show. */
function headline(plan: Plan): string {
  const { create, change, delete: removed, blocked, failed } = plan.totals;
  if (!plan.complete) return "incomplete";
  if (create + change + removed + blocked + failed === 0) return "no changes";
  const counts: [number, string][] = [
    [create, "to create"],
    [change, "to change"],
    [removed, "to delete"],
    [blocked, "blocked"],
  ];
  return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(", ");
}

/** Names have only letters, digits and hyphens, so they cannot end the HTML comment. */
function marker(plan: Plan, groups: readonly Group[]): string {
  const names = plan.targets.map(({ name }) => name).join(",");
  const targets = names.length > MAX_MARKED ? shortHash(names) : names;
  return `<!-- mirrorform plan name=${plan.name} targets=${targets} actions=${hashOf(plan, groups)} -->`;
}

function hashOf({ totals, complete, narrowedBy }: Plan, groups: readonly Group[]): string {
  const { unchanged: _unchanged, heldByLock: _heldByLock, ...changes } = totals;
  const changed = groups.filter(({ title }) => title !== LOCKED);
  return shortHash(JSON.stringify([complete, narrowedBy, changes, changed]));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}

function withoutOwner(cost: Cost): Cost {
  if (cost.reading === undefined) return cost;
  const { source: _source, ...reading } = cost.reading;
  return { ...cost, reading: { ...reading, source: undefined } };
}

/** Escapes sentences of mirrorform, which contain no untrusted text. */
function escapeProse(text: string): string {
  return terminalText(text.replaceAll("\n", " ")).replaceAll(/[\\`*_{}[\]<>#|~$@&]/g, (mark) => `\\${mark}`);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
