import type { ErrorReport } from "../../errors.ts";
import type { Plan, TargetPlan } from "../../plan/plan.ts";
import { groupErrors } from "./text/group-errors.ts";

/** What a plan shows together: one target, or all targets that could not be read for the same reason. */
export interface PlanPart {
  targets: readonly TargetPlan[];
  /** Why they could not be read. */
  error?: ErrorReport;
}

/** Returns the parts in the order of the targets. */
export function planParts({ targets }: Pick<Plan, "targets">): PlanPart[] {
  const failed = targets.flatMap((target) => (target.error === undefined ? [] : [{ target, error: target.error }]));
  const groups = groupErrors(failed, ({ error }) => error);
  return targets.flatMap((target): PlanPart[] => {
    if (target.error === undefined) return [{ targets: [target] }];
    const group = groups.find(({ members }) => members[0]?.target === target);
    return group === undefined ? [] : [{ targets: group.members.map((member) => member.target), error: group.error }];
  });
}

/** Whether no target could be read. Then there is nothing but the errors to show. */
export function isUnreadable({ targets }: Pick<Plan, "targets">): boolean {
  return targets.length > 0 && targets.every(({ error }) => error !== undefined);
}
