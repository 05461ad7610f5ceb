/**
 * Whether a text matches a pattern whose runs stand for any number of items. Restarts only at the last run, so it compares
 * at most as often as both lengths multiplied: patterns come from pull requests and are not trusted.
 * @param isRun whether an item of the pattern is a run
 * @param isEqual whether an item of the pattern matches one of the text
 */
export function matchesRuns(
  pattern: ArrayLike<string>,
  text: ArrayLike<string>,
  isRun: (item: string) => boolean,
  isEqual: (item: string, of: string) => boolean,
): boolean {
  let at = 0;
  let run = -1;
  let restart = 0;
  for (let position = 0; position < text.length;) {
    const item = pattern[at];
    const own = text[position] ?? "";
    if (item !== undefined && isRun(item)) {
      run = at++;
      restart = position;
    } else if (item !== undefined && isEqual(item, own)) {
      at++;
      position++;
    } else if (run >= 0) {
      at = run + 1;
      position = ++restart;
    } else {
      return false;
    }
  }
  for (let item = pattern[at]; item !== undefined && isRun(item); item = pattern[at]) at++;
  return at === pattern.length;
}

/** Whether a text matches a pattern in which `*` stands for any characters. */
export function matchesWildcard(pattern: string, text: string): boolean {
  return matchesRuns(pattern, text, isStar, (one, other) => one === other);
}

/** Whether a part of a name matches a pattern in which `*` stands for any characters, and `?` for one. */
export function matchesPart(pattern: string, part: string): boolean {
  return matchesRuns(pattern, part, isStar, (one, other) => one === other || one === "?");
}

function isStar(character: string): boolean {
  return character === "*";
}
