import { reportOf } from "../../errors.ts";
import { renderError } from "../render/text/error-text.ts";
import type { Style } from "../render/text/style.ts";
import type { ProcessContext } from "../process/process-context.ts";

/**
 * Writes a file when all that it holds was said already. By now standard output has its document, so that the error
 * of a file that cannot be written is text beside it.
 * @returns whether it is written
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
