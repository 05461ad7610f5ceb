import type { TargetPlan } from "../../../plan/plan.ts";
import { repositoryOf } from "../../../plan/rows/row-fields.ts";
import type { Steps } from "../../../steps.ts";
import type { Style } from "../text/style.ts";
import type { Cells } from "./cells.ts";
import { rowCells } from "./row-cells.ts";

/** A row of a plan that is shown, with its repository. */
export interface ShownRow {
  repository: string;
  cells: Cells;
}

/** Returns the rows of a target that are shown, in the order of the plan. Unchanged images are not. */
export function* shownRows(target: TargetPlan, style: Style): Steps<ShownRow[]> {
  const shown: ShownRow[] = [];
  for (const row of target.rows) {
    const cells = rowCells(row, style);
    if (cells !== undefined) shown.push({ repository: repositoryOf(row), cells });
    yield;
  }
  return shown;
}
