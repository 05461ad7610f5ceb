import { codeBlock } from "../src/cli/render/text/markdown-text.ts";
import { SUMMARY_LIMIT } from "../src/cli/render/plan-markdown.ts";

/** Bytes reserved for the text around the output. */
const FRAME = 1000;

/**
 * Renders the output of apply for the job's summary, in at most SUMMARY_LIMIT bytes. Omits whole lines at the beginning
 * if it does not fit, because the report is at the end.
 */
export function reportPage(text: string): string {
  const lines = text.trimEnd().split("\n");
  let room = SUMMARY_LIMIT - FRAME;
  let from = lines.length;
  while (from > 0) {
    // Measure the rendered line: control characters are escaped.
    const size = Buffer.byteLength(codeBlock(lines[from - 1] ?? ""));
    if (size > room) break;
    room -= size;
    from -= 1;
  }
  const omitted = from === 0 ? "" : `The first ${from} lines are omitted; see the log.\n\n`;
  return `### mirrorform apply\n\n${omitted}${codeBlock(lines.slice(from).join("\n"))}\n`;
}
