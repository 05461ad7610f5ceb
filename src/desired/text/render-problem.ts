import { shownPath, STANDARD_INPUT, withoutCredentials, type Problem } from "./problem.ts";
import { lineAt, sourceText, type SourceText } from "./source-text.ts";
import { terminalText } from "../../plain-text.ts";

/** The most characters of a line to show around the caret. */
const MAX_LINE = 100;

/**
 * Renders a problem: `mirrors.yaml:14:5: message`, the line, a caret and the hint. Escapes text from the file for the
 * terminal.
 * @param source the text of the mirror file
 */
export function renderProblem(problem: Problem, source: SourceText): string {
  const { position, path, message, hint } = problem;
  const place = position === undefined ? "" : `:${position.line}:${position.column}`;
  const lines = [`${terminalText(path === STANDARD_INPUT ? shownPath(path) : path)}${place}: ${terminalText(message)}`];
  if (position !== undefined && source.text !== "") {
    const line = withoutCredentials(lineAt(source, position.line));
    const margin = `${position.line} | `.padStart(7);
    const { text, caret } = excerpt(line, position.column - 1);
    lines.push(`${margin}${text}`, `${"| ".padStart(margin.length)}${" ".repeat(caret)}^`);
  }
  if (hint !== undefined) lines.push(`  hint: ${terminalText(hint)}`);
  return lines.join("\n");
}

/** Problems with the same message and hint in one file. */
type Alike = [first: Problem, ...others: Problem[]];

/** Groups problems that differ only in their position, in the order of the first of each group. */
export function groupAlike(problems: readonly Problem[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.path, problem.message, problem.hint]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()];
}

/** Renders the first of some problems that are alike, and the lines of the others. */
export function renderProblems([first, ...others]: Alike, source: SourceText): string {
  const rendered = renderProblem(first, source);
  const lines = linesOf(others);
  return lines === undefined ? rendered : `${rendered}\n  also on ${lines}`;
}

/** Lists the lines of some problems: `lines 8, 9 and 12 more lines`. Undefined if there are none. */
function linesOf(problems: readonly Problem[]): string | undefined {
  const lines = [...new Set(problems.flatMap(({ position }) => (position === undefined ? [] : [position.line])))];
  if (lines.length === 0) return undefined;
  const more = lines.length > MAX_LINES_LISTED ? ` and ${lines.length - MAX_LINES_LISTED} more lines` : "";
  return `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, MAX_LINES_LISTED).join(", ")}${more}`;
}

/** As many line numbers as fit on one line. */
const MAX_LINES_LISTED = 15;

/** Up to this many problems of one kind are all shown in full. */
const MAX_OF_A_KIND = 5;

/** How many problems of a larger kind are shown in full. */
const SHOWN_OF_A_KIND = 3;

/**
 * Renders all problems, in the order of the first of each kind. Of many problems of one kind, which differ in the text
 * that they quote, it shows a few in full, and the number and the lines of the others.
 * @param source returns the text of the file at a path
 */
export function renderAll(problems: readonly Problem[], source: (path: string) => string): string[] {
  const texts = new Map<string, SourceText>();
  const textOf = (path: string): SourceText => {
    const text = texts.get(path) ?? sourceText(source(path));
    texts.set(path, text);
    return text;
  };
  const kinds = Map.groupBy(groupAlike(problems), ([first]) => kindOf(first));
  return [...kinds.values()].flatMap((groups) => {
    const shown = groups.length > MAX_OF_A_KIND ? SHOWN_OF_A_KIND : groups.length;
    const rendered = groups.slice(0, shown).map((alike) => renderProblems(alike, textOf(alike[0].path)));
    const others = groups.slice(shown).flat();
    if (others.length === 0) return rendered;
    const lines = linesOf(others);
    return [...rendered, `${others.length} more problems like these${lines === undefined ? "" : `, on ${lines}`}`];
  });
}

/** Returns a text that is equal for problems that differ only in the text that they quote, and in numbers. */
function kindOf({ path, code, message }: Problem): string {
  return JSON.stringify([path, code, message.replace(/".*"/su, '""').replaceAll(/\d+/g, "0")]);
}

/** Truncates a long line around a character. `caret` is the number of columns before that character in `text`. */
function excerpt(line: string, index: number): { text: string; caret: number } {
  const characters = [...line];
  const from = characters.length <= MAX_LINE ? 0 : clamp(index - MAX_LINE / 2, characters.length - MAX_LINE);
  const until = Math.min(characters.length, from + MAX_LINE);
  const head = from > 0 ? "…" : "";
  const tail = until < characters.length ? "…" : "";
  const before = head + terminalText(characters.slice(from, index).join(""));
  const after = terminalText(characters.slice(Math.max(from, index), until).join("")) + tail;
  return { text: before + after, caret: [...before].length };
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
