/** Cuts a line, so that it does not wrap on a terminal of this width. */
export function cutLine(line: string, columns: number): string {
  const characters = [...line];
  return characters.length < columns ? line : `${characters.slice(0, Math.max(1, columns - 2)).join("")}…`;
}
