/** The patterns of `${NAME#pattern}`, `${NAME%pattern}` and `${NAME/pattern/text}`: `*`, `?` and literal characters. */

/** One character to match; `undefined` matches any. */
type Step = { readonly kind: "any-text" } | { readonly kind: "one"; readonly character: string | undefined };

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? "";
    if (character === "*") steps.push({ kind: "any-text" });
    else if (character === "?") steps.push({ kind: "one", character: undefined });
    else steps.push({ kind: "one", character: character === "\\" ? (pattern[++index] ?? "") : character });
  }
  return steps;
}

/** Returns where matches end that start at an offset, in ascending order. Takes steps times characters, at most. */
function endsOf(value: string, start: number, steps: readonly Step[]): number[] {
  let ends = [start];
  for (const step of steps) {
    const first = ends[0];
    if (first === undefined) return [];
    ends =
      step.kind === "any-text"
        ? Array.from({ length: value.length - first + 1 }, (_, index) => first + index)
        : ends
            .filter((end) => end < value.length && (step.character ?? value[end]) === value[end])
            .map((end) => end + 1);
  }
  return ends;
}

/** Removes the shortest or longest match at the start of a value. */
export function withoutPrefix(value: string, pattern: string, isLongest: boolean): string {
  return value.slice(endsOf(value, 0, stepsOf(pattern)).at(isLongest ? -1 : 0) ?? 0);
}

/** Removes the shortest or longest match at the end of a value. */
export function withoutSuffix(value: string, pattern: string, isLongest: boolean): string {
  const steps = stepsOf(pattern);
  const starts = Array.from({ length: value.length + 1 }, (_, start) => start);
  const matching = starts.filter((start) => endsOf(value, start, steps).includes(value.length));
  return value.slice(0, matching.at(isLongest ? 0 : -1) ?? value.length);
}

/** Replaces the first match of a value, or each one. The longest match at the first place counts. */
export function replacePattern(value: string, pattern: string, replacement: string, isEach: boolean): string {
  const steps = stepsOf(pattern);
  let result = "";
  let start = 0;
  while (start <= value.length) {
    const end = endsOf(value, start, steps).at(-1);
    if (end !== undefined && (end > start || pattern === "")) {
      result += replacement;
      if (!isEach) return result + value.slice(end);
    }
    if (end === undefined || end === start) result += value[start++] ?? "";
    else start = end;
  }
  return result;
}
