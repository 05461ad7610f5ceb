import type { ErrorReport } from "../errors.ts";

/** Whether an error only means that the pull limit of a source is reached. A later run succeeds, so this is no failure. */
export function isPullLimitReached({ code }: Pick<ErrorReport, "code">): boolean {
  return code === "PULL_LIMIT";
}
