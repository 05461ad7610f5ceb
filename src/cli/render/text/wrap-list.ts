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
