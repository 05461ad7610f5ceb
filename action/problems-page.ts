import { codeBlock, codeSpan } from "../src/cli/render/text/markdown-text.ts";
import { COMMENT_LIMIT } from "../src/cli/render/plan-markdown.ts";

/** Bytes reserved for the text around the problems. */
const FRAME = 1000;

/**
 * Renders the comment on a pull request that explains why there is no plan, in at most COMMENT_LIMIT bytes. Omits whole
 * problems that do not fit.
 * @param about `errors` is mirrorform's standard error: problems separated by empty lines, followed by their number.
 *   `isInvalid` is false if the problem is the lock file instead of the mirror file
 */
export function problemsPage(about: { file: string; errors: string; isInvalid: boolean }): string {
  const file = codeSpan(about.file);
  const problems = about.errors.trim().split("\n\n");
  const total = problems.pop() ?? "";
  let room = COMMENT_LIMIT - FRAME - Buffer.byteLength(file) - Buffer.byteLength(codeBlock(total));
  let shown = 0;
  for (const problem of problems) {
    // Measure the rendered problem: control characters are escaped.
    room -= Buffer.byteLength(codeBlock(problem));
    if (room < 0) break;
    shown += 1;
  }
  const all = Number(/^\d+/.exec(total)?.[0] ?? problems.length);
  const rest = "Run `mirrorform validate --json` to see all of them.";
  return [
    `### mirrorform: ${about.isInvalid ? `${file} is not valid` : `the check of ${file} failed`}`,
    "",
    "**There is no plan for this commit.** The previous plan was for an earlier commit.",
    "",
    codeBlock([...problems.slice(0, shown), total].join("\n\n")),
    ...(shown < all && problems.length > 0 ? ["", `**Only the first ${shown} are shown.** ${rest}`] : []),
    "",
  ].join("\n");
}
