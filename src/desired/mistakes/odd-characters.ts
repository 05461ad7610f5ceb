import type { Problem } from "../text/problem.ts";
import { lineAt, positionAt, type SourceText } from "../text/source-text.ts";

/** Characters that editors, web pages and chats put in place of a space, a quote or nothing. */
const ODD: readonly (readonly [RegExp, what: string, hint: string])[] = [
  [/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u, "a special space", "replace it with a space"],
  [/[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/u, "an invisible character", "remove it"],
  [/[\u201c-\u201f\u2033]/u, "a typographic quote", 'write straight quotes: "'],
  [/[\u2018-\u201b\u2032]/u, "a typographic quote", "write straight quotes: '"],
  [/[\u2010-\u2015\u2212]/u, "a typographic dash", "write -"],
  [/\uff1a/u, "a full-width colon", "write :"],
];

/**
 * Replaces the problems of a line that has such a character with one that names it. The other problems follow from it,
 * and none of them shows it.
 */
export function explainOddCharacters(problems: readonly Problem[], source: SourceText): Problem[] {
  const explained = new Map<number, Problem | undefined>();
  return problems.flatMap((problem) => {
    const { line } = problem.position ?? {};
    if (line === undefined) return [problem];
    const isFirst = !explained.has(line);
    if (isFirst) explained.set(line, oddCharacter(problem, line, source));
    const odd = explained.get(line);
    if (odd === undefined) return [problem];
    return isFirst ? [odd] : [];
  });
}

function oddCharacter({ path, code }: Problem, line: number, source: SourceText): Problem | undefined {
  const text = lineAt(source, line).replace(/(?:^|\s)#.*$/, "");
  const [first] = ODD.flatMap(([pattern, what, hint]) => {
    const match = pattern.exec(text);
    // A byte order mark at the start of the file is none of its text.
    return match === null || (line === 1 && match.index === 0 && match[0] === "\ufeff") ? [] : [{ match, what, hint }];
  }).toSorted((a, b) => a.match.index - b.match.index);
  if (first === undefined) return undefined;
  const { match, what, hint } = first;
  const point = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const position = positionAt(source, (source.lineStarts[line - 1] ?? 0) + match.index);
  return { code, message: `there is ${what} (U+${point}) in this line`, hint, position, path };
}
