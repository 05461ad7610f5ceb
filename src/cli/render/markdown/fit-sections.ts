import { plural } from "../text/units.ts";
import type { Section, TableRow } from "./sections.ts";

/** Rows of a page that are shown at once. The rest is folded. */
const MAX_OPEN = 40;

/** Rows of each table that are shown at once, even if those before it have filled the page. */
const MIN_OPEN = 5;

/** Number of sections of a page. A mirror file can have thousands of targets. */
const MAX_SECTIONS = 20;

const FOLD_END = "\n</details>\n";

/**
 * Renders sections in at most `room` bytes. If they do not all fit, each gets an equal share, and what one does not need
 * goes to the others: so each target keeps its heading, its totals and its first rows. Omitted rows are counted.
 */
export function fitSections(sections: readonly Section[], room: number): string {
  const shown = sections.slice(0, MAX_SECTIONS);
  const more = sections.length - shown.length;
  const omitted = sections.slice(MAX_SECTIONS).reduce((sum, { rows }) => sum + rows.length, 0);
  const end = more === 0 ? "" : `\n**… and ${plural(more, "more target")} with ${plural(omitted, "row")}.** ${WHERE}\n`;
  const opens = shown.map((_section, i) => openRows(shown.slice(0, i)));
  const needs = shown.map((section, i) => bytes(render(section, section.rows, opens[i])));
  const shares = share(needs, room - bytes(end));
  return shown.map((section, i) => fit(section, shares[i] ?? 0, opens[i] ?? 0)).join("") + end;
}

/** Returns how many rows of a table are shown at once after the tables before it. */
function openRows(before: readonly Section[]): number {
  return Math.max(MIN_OPEN, MAX_OPEN - before.reduce((sum, { rows }) => sum + rows.length, 0));
}

const WHERE = "The log and the JSON of the plan have all of them.";

/** Divides `room` so that small needs are met and the rest is divided equally. */
function share(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  let left = room;
  const bySize = [...needs.entries()].toSorted(([, a], [, b]) => a - b);
  for (const [rank, [i, need]] of bySize.entries()) {
    const own = Math.min(need, Math.floor(left / (needs.length - rank)));
    shares[i] = own;
    left -= own;
  }
  return shares;
}

/** Renders as many rows as fit. A row that is too long does not keep out those after it. */
function fit(section: Section, room: number, openCount: number): string {
  const whole = render(section, section.rows, openCount);
  if (bytes(whole) <= room) return whole;
  const rows: TableRow[] = [];
  // Room for the sentence about the omitted rows, and for folding them.
  let used =
    bytes(render(section, [])) + bytes(section.tableHead) * 2 + bytes(omittedText(section.rows.length)) + FOLDING;
  for (const row of section.rows) {
    const isHeaded = rows.at(-1)?.heading !== row.heading || rows.length === openCount;
    const size = bytes(row.line) + (isHeaded ? bytes(row.heading) : 0);
    if (used + size > room) continue;
    used += size;
    rows.push(row);
  }
  return render(section, rows, openCount);
}

/** Bytes of the lines that fold rows, with the largest numbers. */
const FOLDING = bytes(foldStart(1e9)) + bytes(FOLD_END);

function render({ head, tableHead, rows: all }: Section, rows: readonly TableRow[], openCount = MAX_OPEN): string {
  const open = rows.slice(0, openCount);
  const folded = rows.slice(openCount);
  const omitted = all.length - rows.length;
  return [
    head === "" ? "" : `\n${head}`,
    open.length === 0 ? "" : `\n${tableHead}${lines(open)}`,
    folded.length === 0 ? "" : `${foldStart(folded.length)}${tableHead}${lines(folded)}${FOLD_END}`,
    omitted === 0 ? "" : omittedText(omitted),
  ].join("");
}

function lines(rows: readonly TableRow[]): string {
  return rows.map((row, i) => `${rows[i - 1]?.heading === row.heading ? "" : row.heading}${row.line}`).join("");
}

function foldStart(count: number): string {
  return `\n<details><summary>${plural(count, "more row")}</summary>\n\n`;
}

function omittedText(count: number): string {
  return `\n**… and ${plural(count, "more row")}.** ${WHERE}\n`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
