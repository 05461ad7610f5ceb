import type { ErrorReport } from "../../../errors.ts";
import { terminalText } from "../../../plain-text.ts";
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
  return error.hint === undefined ? head : `${head}  ${terminalText(sentence(error.hint))}\n`;
}

/** Hints are written as clauses here and as sentences there; a person is shown sentences. */
function sentence(text: string): string {
  // A command stays as it is typed.
  const capital = text.startsWith("mirrorform ") ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}
