import { reportOf } from "../../errors.ts";
import { renderError } from "../render/text/error-text.ts";
import type { Style } from "../render/text/style.ts";
import type { ProcessContext } from "../process/process-context.ts";

/**
 * Writes a file whose content was already printed. Standard output may hold a JSON document by now, so an error goes to
 * standard error as text.
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
