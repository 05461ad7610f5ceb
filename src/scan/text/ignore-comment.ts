import { lineAt, type SourceText } from "../../desired/text/source-text.ts";

/** A comment in any of the formats that are read: `# mirrorform: ignore`, `// mirrorform: ignore`. */
const COMMENT = /(?:#|\/\/|\/\*)\s*mirrorform:\s*ignore\b/;

/**
 * Returns whether a comment on a line, or alone on the line above, says to leave the line out. In a Dockerfile it stands
 * above, because `FROM` takes no comment.
 */
export function hasIgnoreComment(source: SourceText, line: number): boolean {
  const above = line > 1 ? lineAt(source, line - 1) : "";
  return COMMENT.test(lineAt(source, line)) || new RegExp(`^\\s*${COMMENT.source}`).test(above);
}
