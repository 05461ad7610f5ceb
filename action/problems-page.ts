import { codeBlock, codeSpan } from "../src/cli/render/text/markdown-text.ts";
import { COMMENT_LIMIT } from "../src/cli/render/plan-markdown.ts";

/** Bytes for our own sentences and the fence. */
const FRAME = 1000;

/**
 * That there is no plan, and why, for the comment on a pull request: at most COMMENT_LIMIT bytes. What does not fit
 * is left out in whole problems; how many there are in all is what `complaints` ends with.
 * @param about `complaints` is what mirrorform said on standard error: problems with an empty line between them, and
 *   behind them their number; `isInvalid` is false where it is not the file that is wrong, but its lock
 */
export function problemsPage(about: { file: string; complaints: string; isInvalid: boolean }): string {
  const file = codeSpan(about.file);
  const problems = about.complaints.trim().split("\n\n");
  const total = problems.pop() ?? "";
  let room = COMMENT_LIMIT - FRAME - Buffer.byteLength(file) - Buffer.byteLength(codeBlock(total));
  let shown = 0;
  for (const problem of problems) {
    // As it is shown: a control character takes more room then.
    room -= Buffer.byteLength(codeBlock(problem));
    if (room < 0) break;
    shown += 1;
  }
  const all = Number(/^\d+/.exec(total)?.[0] ?? problems.length);
  const rest = "`mirrorform validate --json` has all of them.";
  return [
    `### mirrorform: ${about.isInvalid ? `${file} is not valid` : `the check of ${file} failed`}`,
    "",
    "**There is no plan.** What stood here was planned from an earlier commit.",
    "",
    codeBlock([...problems.slice(0, shown), total].join("\n\n")),
    ...(shown < all && problems.length > 0 ? ["", `**Only the first ${shown} are shown.** ${rest}`] : []),
    "",
  ].join("\n");
}
