/** Number of names in a list. `--json` has them all. */
const MAX_NAMED = 20;

/** Width of a list that is not written to a terminal. */
export const DEFAULT_WIDTH = 120;

/** Returns the first names, and the number of the others. */
export function firstOf(names: readonly string[]): string[] {
  const more = names.length - MAX_NAMED;
  return more > 0 ? [...names.slice(0, MAX_NAMED), `and ${more} more`] : [...names];
}

/**
 * Joins names with commas, in lines of at most `width` characters where the names allow it.
 * @param head the start of the first line. The others are indented by two more spaces than it is
 */
export function wrapList(head: string, names: readonly string[], width: number): string[] {
  const margin = `${/^ */.exec(head)?.[0] ?? ""}  `;
  const lines: string[] = [];
  let line = head;
  let isEmpty = true;
  names.forEach((name, i) => {
    const text = i < names.length - 1 ? `${name},` : name;
    if (!isEmpty && line.length + text.length >= width) {
      lines.push(line.trimEnd());
      line = margin;
    }
    line += `${text} `;
    isEmpty = false;
  });
  return [...lines, line.trimEnd()];
}
