import type { LifecycleRuleDocument } from "../generated/mirror-file-schema.ts";
import type { Diagnostic } from "../text/problem.ts";

/**
 * Checks ECR's rules for lifecycle policies that the schema cannot express, so that apply does not fail halfway.
 * See the Amazon ECR user guide, lifecycle_policy_parameters.
 */
export function lifecycleDiagnostic(document: { rules?: LifecycleRuleDocument[] }): Diagnostic | undefined {
  const rules = document.rules ?? [];
  const priorities = new Set<number>();
  for (const rule of rules) {
    const { rulePriority: priority } = rule;
    if (priorities.has(priority)) {
      return { message: `two rules have rulePriority ${priority}`, hint: "give each rule a different rulePriority" };
    }
    priorities.add(priority);
    const message = selectionDiagnostic(rule);
    if (message !== undefined) return { message: `the rule with rulePriority ${priority} ${message}` };
  }
  return undefined;
}

function selectionDiagnostic({ selection, action }: LifecycleRuleDocument): string | undefined {
  const { tagStatus, tagPatternList, tagPrefixList, countType, countUnit, storageClass } = selection;
  const hasTagList = tagPatternList !== undefined || tagPrefixList !== undefined;
  if (tagStatus === "tagged" && !hasTagList) {
    return 'selects "tagged" images and needs tagPatternList or tagPrefixList';
  }
  if (tagStatus !== "tagged" && hasTagList) {
    return `selects "${tagStatus}" images and cannot have tagPatternList or tagPrefixList`;
  }
  if (countType === "imageCountMoreThan" && countUnit !== undefined) return "counts images and cannot have countUnit";
  if (countType !== "imageCountMoreThan" && countUnit === undefined) return 'counts days and needs "countUnit: days"';
  if (countType === "sinceImageTransitioned" && storageClass !== "archive") {
    return 'counts days since a transition and needs "storageClass: archive"';
  }
  const isTransition = action.type === "transition";
  if (isTransition === (action.targetStorageClass !== undefined)) return undefined;
  return `has the action "${action.type}" and ${isTransition ? "needs" : "cannot have"} targetStorageClass`;
}
