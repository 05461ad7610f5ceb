import { canonicalJson } from "../../desired/text/canonical-json.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Action } from "../action.ts";
import { actionsOf, type Plan, type TargetPlan } from "../plan.ts";
import { imageOf, placeOf, repositoryOf, sourceOf, tagOf } from "../rows/row-fields.ts";
import type { ImagePlace, Row, StaleRow, UnchangedRow } from "../rows/row.ts";
import { refuseOtherId, refusePlan, savedCopy, savedPlaceOf, type SavedAction, type SavedPlan } from "./saved-plan.ts";
import { count, pullsOf } from "../make-plan.ts";

/** The keys in which an action may differ from the planned one and still be the same. */
const CHANGING = new Set(["pullsAtMost", "content", "heldAt", "order", "upstream", "work", "isComplete", "reason"]);

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
    const hint = "make the plan again when everything can be read, or apply what it contains with --partial";
    throw refusePlan(terms.path, "the plan is incomplete: something could not be read when it was made", hint);
  }
}

/**
 * Restricts the plan of this run to the actions of a saved plan. Only actions in both are carried out, as `fresh` has
 * them: hosts, roles and deletions are never taken from a file. An action that differs fails as changed since the plan;
 * one that is already done is a success; a new one waits for the next plan.
 * @param fresh the plan of this run
 * @throws MirrorError PLAN_FILE if the saved plan names something that is not in the mirror file
 */
export function holdToPlan(saved: SavedPlan, fresh: Plan, terms: SavedPlanTerms): Plan {
  for (const target of saved.targets) refuseForeign(target, fresh, terms.path);
  const targets = fresh.targets.map((target) => holdTarget(savedFor(saved, target.name), target));
  const totals = count(targets, fresh.rules);
  const costs = fresh.costs.map((cost) => ({ ...cost, ...pullsOf(targets, cost.registry) }));
  const notPlanned = actionsOf(fresh).filter(({ id, target }) => !savedFor(saved, target).has(id)).length;
  return { ...fresh, targets, totals, costs, notPlanned, complete: totals.failed === 0 };
}

function savedFor({ targets }: SavedPlan, name: string): Map<string, SavedAction> {
  return new Map(
    targets.filter((target) => target.name === name).flatMap(({ actions }) => actions.map((each) => [each.id, each])),
  );
}

function refuseForeign(saved: SavedPlan["targets"][number], fresh: Plan, path: string): void {
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
  const rows = Map.groupBy(target.rows, repositoryOf);
  for (const action of saved.actions) {
    if (action.kind === "copy-image" && savedCopy(action) === undefined) {
      throw refusePlan(path, `the copy to ${savedPlaceOf(action)} has no digest`);
    }
    // The tags that a tag rule selects may have changed. Then only this action fails, as changed since the plan.
    if (fresh.rules.length > 0) continue;
    const known = rows.get(action.repository);
    if (known === undefined) {
      throw refusePlan(
        path,
        `the plan has ${action.kind} for the repository ${action.repository}, which is not in the mirror file`,
      );
    }
    refuseForeignTag(action, known, path);
  }
  for (const action of saved.actions) refuseOtherId(action, saved.name, path);
}

function refuseForeignTag(action: SavedAction, rows: readonly Row[], path: string): void {
  const tag = action["tag"];
  if (typeof tag !== "string") return;
  const declared = rows.filter((row) => tagOf(row) === tag && imageOf(row) !== undefined);
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

function holdTarget(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): TargetPlan {
  // The target's own error is reported once, instead of one for each row.
  if (target.error !== undefined) return target;
  const rows = target.rows.flatMap((row): Row[] => {
    if (row.kind === "unchanged") return [unchangedRow(row, saved)];
    if (row.kind !== "action") return [row];
    const planned = saved.get(row.action.id);
    if (planned === undefined) return [];
    const changed = changedKeys(planned, row.action);
    return changed.length === 0 ? [row] : [staleRow(planned, row.action, changed)];
  });
  return { ...target, rows: [...rows, ...notDeleted(saved, target), ...notDeclared(saved, target)] };
}

/** Returns rows for tags that a tag rule selected then and not now, and for deleted tags that are declared again. */
function notDeclared(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): StaleRow[] {
  const declared = new Set(
    target.rows.flatMap((row) => imageOf(row) ?? []).map(({ repository, tag }) => `${repository}:${tag}`),
  );
  return [...saved.values()].flatMap((planned): StaleRow[] => {
    if (typeof planned["tag"] !== "string") return [];
    const isDeclared = declared.has(savedPlaceOf(planned));
    const isDeletion = planned.kind === "delete-tag";
    if (isDeclared !== isDeletion) return [];
    const why = isDeletion
      ? "the tag was to be deleted, and is in the mirror file again"
      : "no tag rule of the mirror file selects it now";
    const error = stale(savedPlaceOf(planned), "source", why);
    return [staleTag(target.name, planned.repository, planned["tag"], error)];
  });
}

function staleTag(target: string, repository: string, tag: string, error: ErrorReport): StaleRow {
  return { kind: "stale-tag", reason: "moved-since-plan", target, repository, tag, error };
}

/** Returns rows for tags that were to be deleted and now stay, for example because the repository could not be resolved. */
function notDeleted(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): StaleRow[] {
  const staying = new Map(
    target.rows.flatMap((row) =>
      row.kind === "undeclared-tags" ? row.tags.map((tag) => [`${row.repository}:${tag}`, row] as const) : [],
    ),
  );
  return [...saved.values()].flatMap((planned): StaleRow[] => {
    const tag = planned.kind === "delete-tag" ? planned["tag"] : undefined;
    const row = typeof tag === "string" ? staying.get(`${planned.repository}:${tag}`) : undefined;
    if (row === undefined || typeof tag !== "string") return [];
    const { repository } = planned;
    const why = `the tag was to be deleted, and now stays (${row.reason})`;
    return [staleTag(target.name, repository, tag, stale(`${repository}:${tag}`, "target", why))];
  });
}

/** Keeps the row of an image that equals its source, unless another digest was planned for it. */
function unchangedRow(row: UnchangedRow, saved: ReadonlyMap<string, SavedAction>): Row {
  const planned = [...saved.values()].find(
    ({ repository, ...action }) => repository === row.repository && action["tag"] === row.tag,
  );
  const copy = planned === undefined ? undefined : savedCopy(planned);
  // An index of selected platforms has its own digest. The plan names the source index that it was made from.
  const now = row.madeOf ?? row.have;
  if (copy === undefined || copy.digest === now) return row;
  const held = row.madeOf === undefined ? row.have : `platforms of ${row.madeOf}`;
  const why = `the plan copies ${copy.digest}, and the tag already has ${held}, like its source`;
  const error = stale(placeOf(row), "target", why);
  return { kind: "stale-image", reason: "moved-since-plan", ...placeKeys(row), error };
}

/** Returns the keys in which an action differs from the planned one. */
function changedKeys(planned: SavedAction, now: Action): string[] {
  const current = JSON.parse(JSON.stringify(now)) as Record<string, unknown>;
  const keys = new Set([...Object.keys(planned), ...Object.keys(current)].filter((key) => !CHANGING.has(key)));
  // The name of a backup tag contains the date, so only the presence of `replace` is compared.
  const isSame = (key: string) =>
    key === "replace" ? key in planned === key in current : text(planned[key]) === text(current[key]);
  return [...keys].filter((key) => !isSame(key)).toSorted();
}

function staleRow(planned: SavedAction, now: Action, changed: readonly string[]): StaleRow {
  const current = now as unknown as Readonly<Record<string, unknown>>;
  const changes = changed
    .map((key) => `${NAMES[key] ?? key} was ${shown(planned[key])} and is ${shown(current[key])}`)
    .join("; ");
  const side = changed.includes("digest") ? "source" : "target";
  const { target, repository } = now;
  const reason = "moved-since-plan";
  switch (now.kind) {
    case "copy-image":
      return { kind: "stale-image", reason, ...placeKeys(now), error: stale(placeOf(now), side, changes) };
    case "copy-referrers":
      return { kind: "stale-referrers", reason, ...placeKeys(now), error: stale(placeOf(now), side, changes) };
    case "delete-tag":
      return staleTag(target, repository, now.tag, stale(placeOf(now), side, changes));
    case "create-repository":
    case "adopt-repository":
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy": {
      // A repository may have several of these rows.
      const error = stale(placeOf(now), side, `${changes} (${now.kind})`);
      return { kind: "stale-repository", reason, target, repository, error };
    }
  }
}

function placeKeys({ target, repository, tag, source, order }: ImagePlace): ImagePlace {
  return { target, repository, tag, source, order };
}

function stale(reference: string, side: "source" | "target", why: string): ErrorReport {
  return {
    code: "STALE",
    side,
    operation: "apply saved plan to",
    reference,
    message: `changed since the plan: ${why}`,
    hint: "make a new plan and review it. To copy the planned digests instead, use a lock file or --trust-plan",
  };
}

/** What the keys that change most often are called in messages. */
const NAMES: Readonly<Record<string, string>> = {
  digest: "the source digest",
  from: "the setting",
  platforms: "the list of platforms",
  precondition: "the target digest",
  to: "the wanted setting",
  types: "the list of artifact types",
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : text(value);
}

function text(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value);
}
