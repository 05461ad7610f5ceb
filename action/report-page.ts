import { codeBlock } from "../src/cli/render/text/markdown-text.ts";
import { SUMMARY_LIMIT } from "../src/cli/render/plan-markdown.ts";

/** Bytes for the heading, the fence, and the sentence about what is left out. */
const FRAME = 1000;

/**
 * What an apply said, for the job's summary: at most SUMMARY_LIMIT bytes. Of more the end is kept, which is the report, in
 * whole lines.
 */
export function reportPage(text: string): string {
  const lines = text.trimEnd().split("\n");
  let room = SUMMARY_LIMIT - FRAME;
  let from = lines.length;
  while (from > 0) {
    // As it is shown: a control character takes more room then.
    const size = Buffer.byteLength(codeBlock(lines[from - 1] ?? ""));
    if (size > room) break;
    room -= size;
    from -= 1;
  }
  const left = from === 0 ? "" : `The first ${from} lines are in the log.\n\n`;
  return `### mirrorform apply\n\n${left}${codeBlock(lines.slice(from).join("\n"))}\n`;
}
