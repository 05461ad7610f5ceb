import { reportOf } from "../../errors.ts";
import { renderError } from "../render/text/error-text.ts";
import type { Style } from "../render/text/style.ts";
import type { ProcessContext } from "../process/process-context.ts";

/**
 * Writes a file with content that was already printed. An error goes to standard error as text, because standard output
 * already has its JSON document.
 * @returns whether the file was written
 */
export async function writeOrReport(
  write: () => Promise<void>,
  style: Style,
  { err }: Pick<ProcessContext, "err">,
): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    err(renderError(reportOf(error), style));
    return false;
  }
}
