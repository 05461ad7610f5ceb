import type { LifecycleRuleDocument } from "../generated/mirror-file-schema.ts";
import type { Complaint } from "../text/problem.ts";

/**
 * What ECR demands of a lifecycle policy beyond its form, so that it is refused here and not half-way through an apply.
 * Amazon ECR user guide, lifecycle_policy_parameters.
 */
export function lifecycleComplaint(document: { rules?: LifecycleRuleDocument[] }): Complaint | undefined {
  const rules = document.rules ?? [];
  const priorities = new Set<number>();
  for (const rule of rules) {
    const { rulePriority: priority } = rule;
    if (priorities.has(priority)) return { message: `two rules have the priority ${priority}` };
    priorities.add(priority);
    const message = selectionComplaint(rule);
    if (message !== undefined) return { message: `the rule with priority ${priority} ${message}` };
  }
  return undefined;
}

function selectionComplaint({ selection, action }: LifecycleRuleDocument): string | undefined {
  const { tagStatus, tagPatternList, tagPrefixList, countType, countUnit, storageClass } = selection;
  const named = tagPatternList !== undefined || tagPrefixList !== undefined;
  if (tagStatus === "tagged" && !named) return 'is for "tagged" images, and needs a tagPatternList or a tagPrefixList';
  if (tagStatus !== "tagged" && named) return `is for "${tagStatus}" images, and can have no list of tags`;
  if (countType === "imageCountMoreThan" && countUnit !== undefined) return "counts images, and can have no countUnit";
  if (countType !== "imageCountMoreThan" && countUnit === undefined) return 'counts days, and needs "countUnit: days"';
  if (countType === "sinceImageTransitioned" && storageClass !== "archive") {
    return 'counts days since a transition, and needs "storageClass: archive"';
  }
  if ((action.type === "transition") !== (action.targetStorageClass !== undefined)) {
    return "needs a targetStorageClass exactly when its action is transition";
  }
  return undefined;
}
