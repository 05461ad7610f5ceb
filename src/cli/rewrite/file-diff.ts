import { createTwoFilesPatch } from "diff";

import { terminalText } from "../../plain-text.ts";
import type { RewrittenFile } from "../../rewrite/rewrite-file.ts";

/** Renders the change of a file as a unified diff, which `git apply` reads. */
export function fileDiff({ path, before, after }: Pick<RewrittenFile, "path" | "before" | "after">): string {
  const text = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context: 3 });
  return text.replace(/^=+\n/, "");
}

/** Renders the change of a file for a terminal: escapes what it would interpret, except for the line ends of Windows. */
export function shownDiff(file: RewrittenFile): string {
  const lines = fileDiff(file).split("\n");
  return lines.map((line) => terminalText(line.replace(/\r$/, ""))).join("\n");
}
