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

/** GitHub refuses a comment of more than 65,536 characters; the rest is room for what the Action adds. */
export const COMMENT_LIMIT = 65_000;

/** GitHub drops a job summary of more than 1 MiB whole; several steps may write into one. */
export const SUMMARY_LIMIT = 1_000_000;

/** Digests are abbreviated: a reviewer compares beginnings, and the plan file has them in full. */
const STYLE = createStyle({ color: false, abbreviateDigests: true });

/** Twelve hexadecimal digits tell two plans apart. */
const HASH_DIGITS = 12;

/** Nothing is done about what stands here. */
const HELD = "Held by the lock";

/** Targets, notes and the like that a page names; a mirror file may have thousands, and the page has a limit. */
const MAX_NAMED = 20;

/** Characters of the names of all targets in the marker; of more it has a hash. */
const MAX_MARKED = 1000;

/** A table of the sign and the columns, without headings. */
const TABLE_HEAD = [" ", "---"].map((cell) => `|${`${cell}|`.repeat(1 + COLUMNS.length)}\n`).join("");

/** A row, ready for the page. */
interface Line {
  /** What it stands under: the target where there are several, and the repository. */
  heading: string;
  text: string;
}

/**
 * A plan as a comment on a pull request, of at most `limit` bytes: the totals, exact and first; then deletions, then
 * what is in the way, then the rest by repository. Rows that do not fit are left out whole and counted. Names
 * neither the address nor the account of an allowance: a comment has more readers than a log.
 *
 * The first line is a hidden marker with the mirror file's name, the targets and a hash of what would be done: by it
 * a comment is found again, and left alone when nothing else would be done.
 */
export function renderMarkdown(plan: Plan, limit: number): string {
  const groups = linesOf(plan);
  const narrowed = few(plan.narrowedBy.map(codeSpan)).join(" ");
  // The path is somebody's text, and stands below as one.
  const totals = `**${escapeProse(summarise({ ...plan, file: "the mirror file" }))}**`;
  const head = [
    marker(plan, groups),
    `### mirrorform ${codeSpan(plan.name)}: ${headline(plan)}`,
    "",
    totals,
    ...(plan.complete ? [] : ["", "**The plan is incomplete: what could not be read is missing from it.**"]),
    ...(plan.narrowedBy.length === 0 ? [] : ["", `Narrowed by ${narrowed}: other images were not looked at.`]),
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
    ...plan.costs.map((cost) => `\n${escapeProse(renderCost(unnamed(cost)))}`),
    "",
  ].join("\n");
  return head + fit(groups, limit - bytes(head) - bytes(foot)) + foot;
}

/** The first of them, and how many more there are. */
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
  ["problems", "In the way"],
  ["changes", "Changes"],
  ["notable", "Worth knowing"],
  ["held", HELD],
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

/** As many rows as there is room for, each whole, and how many more there are. */
function fit(groups: readonly Group[], room: number): string {
  const all = groups.reduce((sum, { lines }) => sum + lines.length, 0);
  let page = "";
  let used = 0;
  let shown = 0;
  // Kept free for the sentence about the rest, whatever its number.
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
  return `\n**… and ${plural(count, "more row")}.** All of them are in the log, and in the plan's JSON.\n`;
}

/** What is said of it in the list of comments, and in a notification. */
function headline(plan: Plan): string {
  const { create, change, delete: removed, blocked, failed } = plan.totals;
  if (!plan.complete) return "incomplete";
  if (create + change + removed + blocked + failed === 0) return "no changes";
  const said: [number, string][] = [
    [create, "to create"],
    [change, "to change"],
    [removed, "to delete"],
    [blocked, "blocked"],
  ];
  return said.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(", ");
}

/** Names are of letters, digits and hyphens, so that nothing in them ends the comment. */
function marker(plan: Plan, groups: readonly Group[]): string {
  const names = plan.targets.map(({ name }) => name).join(",");
  const targets = names.length > MAX_MARKED ? shortHash(names) : names;
  return `<!-- mirrorform plan name=${plan.name} targets=${targets} actions=${hashOf(plan, groups)} -->`;
}

function hashOf({ totals, complete, narrowedBy }: Plan, groups: readonly Group[]): string {
  const { unchanged: _unchanged, heldByLock: _heldByLock, ...changes } = totals;
  const done = groups.filter(({ title }) => title !== HELD);
  const said = JSON.stringify([complete, narrowedBy, changes, done]);
  return shortHash(said);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}

function unnamed(cost: Cost): Cost {
  if (cost.reading === undefined) return cost;
  const { source: _source, ...reading } = cost.reading;
  return { ...cost, reading: { ...reading, source: undefined } };
}

/** Our own sentences, in which nothing is anybody else's. */
function escapeProse(text: string): string {
  return terminalText(text.replaceAll("\n", " ")).replaceAll(/[\\`*_{}[\]<>#|~$@&]/g, (mark) => `\\${mark}`);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
