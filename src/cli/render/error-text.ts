import type { ErrorReport } from "../../errors.ts";
import { terminalText } from "../../desired/terminal-text.ts";
import type { Style } from "./style.ts";

/**
 * An error for the person who reads it at night: what was being done, to what, what came back, what to do.
 * ```
 * Error DENIED (target): create a repository nomorelimit: User … is not authorized to perform: ecr:CreateRepository
 *   Grant ecr:CreateRepository to …
 * ```
 */
export function renderError(error: ErrorReport, style: Style): string {
  const about = error.reference === undefined ? error.operation : `${error.operation} ${error.reference}`;
  const head = `${style.problem(`Error ${error.code}`)} (${error.side}): ${terminalText(`${about}: ${error.message}`)}\n`;
  return error.hint === undefined ? head : `${head}  ${terminalText(error.hint)}\n`;
}
