import type { ErrorReport } from "../../../errors.ts";
import { abbreviateDigests } from "../../../oci/digest.ts";
import { terminalText } from "../../../plain-text.ts";
import type { Style } from "./style.ts";
import { wrapLines } from "./wrap-lines.ts";

/**
 * Renders an error: its code and side, what failed and on what, the cause, and what to do. Digests are shortened; `--json`
 * has them in full.
 * ```
 * Error DENIED (target): cannot create repository nomorelimit: User … is not authorized to perform: ecr:CreateRepository
 *   hint: grant ecr:CreateRepository to …
 * ```
 */
export function renderError(error: ErrorReport, style: Style): string {
  const about = error.reference === undefined ? error.operation : `${error.operation} ${error.reference}`;
  const text = shown(`cannot ${about}: ${error.message}`);
  const head = `${style.problem(`Error ${error.code}`)} (${error.side}): ${text}\n`;
  return wrapLines(error.hint === undefined ? head : `${head}  hint: ${shown(error.hint)}\n`, style.width);
}

function shown(text: string): string {
  return terminalText(abbreviateDigests(text));
}
