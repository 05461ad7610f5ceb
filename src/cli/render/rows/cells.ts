import type { ErrorReport } from "../../../errors.ts";

/** One row of a plan in five columns: name, what, digests, content, why. */
export interface RowCells {
  symbol: "+" | "~" | "-" | "!" | "?" | "*" | "=";
  paint: (text: string) => string;
  columns: string[];
  error?: ErrorReport;
}
