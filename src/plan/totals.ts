import { effectOf } from "./cost/effect.ts";
import type { RulePlan, TargetPlan, Totals } from "./plan.ts";
import { isPullLimitReached } from "./pull-limit.ts";
import type { Row } from "./rows/row.ts";

/** Counts the rows of a plan, and what could not be read. */
export function totalsOf(targets: readonly TargetPlan[], rules: readonly RulePlan[]): Totals {
  const totals: Totals = {
    create: 0,
    change: 0,
    delete: 0,
    blocked: 0,
    failed: 0,
    kept: 0,
    postponed: 0,
    unchanged: 0,
    heldByLock: 0,
  };
  for (const error of rules.flatMap(({ errors }) => errors)) {
    totals[isPullLimitReached(error) ? "postponed" : "failed"] += 1;
  }
  for (const target of targets) {
    if (target.error !== undefined) totals.failed += 1;
    for (const row of target.rows) countRow(row, totals);
  }
  return totals;
}

function countRow(row: Row, totals: Totals): void {
  switch (row.kind) {
    case "action": {
      const effect = effectOf(row.action);
      if (effect !== undefined) totals[effect] += 1;
      return;
    }
    case "blocked-tag":
    case "blocked-referrer-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
    case "blocked-adoption":
    case "blocked-encryption":
    case "blocked-deletions":
    case "archived":
      totals.blocked += 1;
      return;
    case "failed-image":
    case "failed-referrers":
    case "stale-image":
    case "stale-referrers":
    case "stale-tag":
    case "stale-repository":
      totals.failed += 1;
      return;
    case "postponed-image":
      totals.postponed += 1;
      return;
    case "kept-image":
    case "kept-referrers":
      totals.kept += 1;
      return;
    case "unchanged":
      totals.unchanged += 1;
      return;
    case "held-by-lock":
      totals.unchanged += 1;
      totals.heldByLock += 1;
      return;
    case "unlisted-tags":
      if (row.reason === "unresolved") totals.failed += 1;
      return;
    case "foreign-repository":
    case "lifecycle-warning":
    case "refused-referrers":
    case "left-out-referrers":
    case "undeclared-tags":
      return;
  }
}
