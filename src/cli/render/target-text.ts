import type { TargetPlan } from "../../plan/plan.ts";

/** Renders a target by its name and its registry: `main (123456789012.dkr.ecr.us-east-1.amazonaws.com)`. */
export function targetText({ name, registry }: Pick<TargetPlan, "name" | "registry">): string {
  return registry === name ? name : `${name} (${registry})`;
}
