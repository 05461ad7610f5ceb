import type { Plan } from "../plan.ts";
import { imageOf, placeOf, repositoryOf, sourceOf } from "../rows/row-fields.ts";
import type { Row } from "../rows/row.ts";
import { refuseOtherId, refusePlan, savedCopy, savedPlaceOf, type SavedAction, type SavedPlan } from "./saved-plan.ts";

/** How a saved plan is applied. */
export interface SavedPlanTerms {
  /** Path of the plan file, for errors. */
  path: string;
  /** Whether an incomplete plan is accepted. */
  partial: boolean;
}

/**
 * Checks that a saved plan was made from the current mirror file, lock file and policies. They bind what is copied to
 * what was reviewed.
 * @throws MirrorError PLAN_FILE, naming what differs
 */
export function refuseOtherInputs(saved: SavedPlan, now: Pick<Plan, "name" | "inputs">, terms: SavedPlanTerms): void {
  if (saved.name !== now.name) throw refusePlan(terms.path, `the plan was made for the mirror file "${saved.name}"`);
  const parts = [
    ["mirrorFile", "the mirror file"],
    ["lock", "the lock file"],
    ["policies", "a policy in the mirror file"],
  ] as const;
  const changed = parts.flatMap(([key, what]) => (saved.inputs[key] === now.inputs[key] ? [] : [what]));
  if (changed.length > 0) throw refusePlan(terms.path, `${changed.join(" and ")} changed since the plan was made`);
  if (!saved.complete && !terms.partial) {
    const hint = "create a new plan when everything can be read, or use --partial to apply this one as it is";
    throw refusePlan(terms.path, "the plan is incomplete: something could not be read when it was made", hint);
  }
}

/**
 * Checks that everything in the saved plan of a target belongs to the mirror file.
 * @param fresh the plan of this run
 * @throws MirrorError PLAN_FILE, naming what does not
 */
export function refuseForeign(saved: SavedPlan["targets"][number], fresh: Plan, path: string): void {
  const target = fresh.targets.find(({ name }) => name === saved.name);
  if (target === undefined) {
    throw refusePlan(path, `the plan has the target "${saved.name}", which is not in the mirror file`);
  }
  // The registry of a target that could not be opened is the target's name, in both plans.
  if (target.error === undefined && saved.actions.length > 0 && target.registry !== saved.registry) {
    throw refusePlan(
      path,
      `the plan was made for ${saved.registry}, and the target "${saved.name}" is now ${target.registry}`,
    );
  }
  if (target.error !== undefined) return;
  const repositories = new Set(target.rows.map(repositoryOf));
  const declared = Map.groupBy(
    target.rows.filter((row) => imageOf(row) !== undefined),
    placeOf,
  );
  for (const action of saved.actions) {
    if (action.kind === "copy-image" && savedCopy(action) === undefined) {
      throw refusePlan(path, `the copy to ${savedPlaceOf(action)} has no digest`);
    }
    // The tags that a tag rule selects may have changed. Then only this action fails, as changed since the plan.
    if (fresh.rules.length > 0) continue;
    if (!repositories.has(action.repository)) {
      throw refusePlan(
        path,
        `the plan has ${action.kind} for the repository ${action.repository}, which is not in the mirror file`,
      );
    }
    refuseForeignTag(action, declared.get(savedPlaceOf(action)) ?? [], path);
  }
  for (const action of saved.actions) refuseOtherId(action, saved.name, path);
}

/** @param declared the rows of images at the action's repository and tag */
function refuseForeignTag(action: SavedAction, declared: readonly Row[], path: string): void {
  if (typeof action["tag"] !== "string") return;
  const place = savedPlaceOf(action);
  if (action.kind.startsWith("delete")) {
    if (declared.length > 0) throw refusePlan(path, `the plan deletes ${place}, which is in the mirror file`);
    return;
  }
  const copy = savedCopy(action);
  if (declared.length === 0) throw refusePlan(path, `the plan writes ${place}, which is not in the mirror file`);
  if (copy !== undefined && !declared.some((row) => sourceOf(row) === copy.source)) {
    throw refusePlan(path, `the plan copies ${copy.source} to ${place}, which has another source in the mirror file`);
  }
}
