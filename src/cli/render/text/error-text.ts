import type { ErrorReport } from "../../../errors.ts";
import { terminalText } from "../../../plain-text.ts";
import type { Style } from "./style.ts";

/**
 * Renders an error: its code and side, what failed and on what, the cause, and what to do.
 * ```
 * Error DENIED (target): cannot create repository nomorelimit: User … is not authorized to perform: ecr:CreateRepository
 *   hint: grant ecr:CreateRepository to …
 * ```
 */
export function renderError(error: ErrorReport, style: Style): string {
  const about = error.reference === undefined ? error.operation : `${error.operation} ${error.reference}`;
  const text = terminalText(`cannot ${about}: ${error.message}`);
  const head = `${style.problem(`Error ${error.code}`)} (${error.side}): ${text}\n`;
  return error.hint === undefined ? head : `${head}  hint: ${terminalText(error.hint)}\n`;
}
