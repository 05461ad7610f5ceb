import { canonicalJson } from "../../desired/text/canonical-json.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Action } from "../action.ts";
import { actionsOf, type Plan, type TargetPlan } from "../plan.ts";
import { imageOf, placeOf, repositoryOf, sourceOf, tagOf } from "../rows/row-fields.ts";
import type { ImagePlace, Row, StaleRow, UnchangedRow } from "../rows/row.ts";
import { refuseOtherId, refusePlan, savedCopy, savedPlaceOf, type SavedAction, type SavedPlan } from "./saved-plan.ts";
import { count, pullsOf } from "../make-plan.ts";

/** What may differ between an action as it was planned and as it is now, and is the same action all the same. */
const CHANGING = new Set(["pullsAtMost", "content", "heldAt", "order", "upstream", "work", "isComplete", "reason"]);

/** What is asked of a plan file before anything in it is looked at. */
export interface SavedPlanTerms {
  /** Path of the plan file, for errors. */
  path: string;
  /** Whether an incomplete plan will do. */
  partial: boolean;
}

/**
 * Whether a saved plan was made of what is here now. The lock, the mirror file and its policies bind a review to what
 * lands; a plan of others is none.
 * @throws MirrorError PLAN_FILE, saying what differs
 */
export function refuseOtherInputs(saved: SavedPlan, now: Pick<Plan, "name" | "inputs">, terms: SavedPlanTerms): void {
  if (saved.name !== now.name) throw refusePlan(terms.path, `it is of the mirror file "${saved.name}"`);
  const parts = [
    ["mirrorFile", "the mirror file"],
    ["lock", "the lock"],
    ["policies", "a policy that the mirror file names"],
  ] as const;
  const changed = parts.flatMap(([key, what]) => (saved.inputs[key] === now.inputs[key] ? [] : [what]));
  if (changed.length > 0) throw refusePlan(terms.path, `${changed.join(" and ")} changed since it was made`);
  if (!saved.complete && !terms.partial) {
    const hint = "Make it again when everything can be read, or apply what it holds with --partial.";
    throw refusePlan(terms.path, "it is incomplete: something could not be read when it was made", hint);
  }
}

/**
 * Holds what is to be done now to what was planned. `fresh` is what this very run found; only what both have is done, and
 * as `fresh` has it: hosts, roles and deletions are never taken from a file. An action that is another one now fails
 * as moved since the plan; one that is done already needs nothing; one that is new is left for the next plan.
 * @throws MirrorError PLAN_FILE for a plan that names what the mirror file does not have
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
  if (target === undefined)
    throw refusePlan(path, `it has a target "${saved.name}", which the mirror file does not have`);
  // A target that could not be opened has its name in the place of its registry, then as now.
  if (target.error === undefined && saved.actions.length > 0 && target.registry !== saved.registry) {
    throw refusePlan(path, `it was made for ${saved.registry}, and the target "${saved.name}" is ${target.registry}`);
  }
  if (target.error !== undefined) return;
  const rows = Map.groupBy(target.rows, repositoryOf);
  for (const action of saved.actions) {
    if (action.kind === "copy-image" && savedCopy(action) === undefined) {
      throw refusePlan(path, `its copy to ${savedPlaceOf(action)} names no digest`);
    }
    // What a rule chooses may have changed since: then the action fails alone, as moved.
    if (fresh.rules.length > 0) continue;
    const known = rows.get(action.repository);
    if (known === undefined) {
      throw refusePlan(
        path,
        `it has ${action.kind} for the repository ${action.repository}, which the mirror file does not have`,
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
    if (declared.length > 0) throw refusePlan(path, `it deletes ${place}, which the mirror file declares`);
    return;
  }
  const copy = savedCopy(action);
  if (declared.length === 0) throw refusePlan(path, `it writes ${place}, which the mirror file does not declare`);
  if (copy !== undefined && !declared.some((row) => sourceOf(row) === copy.source)) {
    throw refusePlan(path, `it copies ${copy.source} to ${place}, which the mirror file takes from elsewhere`);
  }
}

function holdTarget(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): TargetPlan {
  // Nothing is known of it but why: its error says so once.
  if (target.error !== undefined) return target;
  const rows = target.rows.flatMap((row): Row[] => {
    if (row.kind === "unchanged") return [unchangedRow(row, saved)];
    if (row.kind !== "action") return [row];
    const planned = saved.get(row.action.id);
    if (planned === undefined) return [];
    const moved = movedParts(planned, row.action);
    return moved.length === 0 ? [row] : [staleRow(planned, row.action, moved)];
  });
  return { ...target, rows: [...rows, ...notDeleted(saved, target), ...notDeclared(saved, target)] };
}

/** What a rule chose when the plan was made, and does not choose now; and the other way round, what was to go and is wanted again. */
function notDeclared(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): Row[] {
  const declared = new Set(
    target.rows.flatMap((row) => imageOf(row) ?? []).map(({ repository, tag }) => `${repository}:${tag}`),
  );
  return [...saved.values()].flatMap((planned): Row[] => {
    if (typeof planned["tag"] !== "string") return [];
    const isThere = declared.has(savedPlaceOf(planned));
    const isDeletion = planned.kind === "delete-tag";
    if (isThere !== isDeletion) return [];
    const why = isDeletion
      ? "it was to be deleted, and is declared again"
      : "no rule of the mirror file chooses it now";
    const error = stale(savedPlaceOf(planned), "source", `moved since the plan: ${why}`);
    return [staleTag(target.name, planned.repository, planned["tag"], error)];
  });
}

function staleTag(target: string, repository: string, tag: string, error: ErrorReport): StaleRow {
  return { kind: "stale-tag", reason: "moved-since-plan", target, repository, tag, error };
}

/** Tags that were to be deleted, are there, and stay: something in the repository could not be resolved, or is narrower now. */
function notDeleted(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): Row[] {
  const staying = new Map(
    target.rows.flatMap((row) =>
      row.kind === "undeclared-tags" ? row.tags.map((tag) => [`${row.repository}:${tag}`, row] as const) : [],
    ),
  );
  return [...saved.values()].flatMap((planned): Row[] => {
    const tag = planned.kind === "delete-tag" ? planned["tag"] : undefined;
    const row = typeof tag === "string" ? staying.get(`${planned.repository}:${tag}`) : undefined;
    if (row === undefined || typeof tag !== "string") return [];
    const { repository } = planned;
    const error = stale(
      `${repository}:${tag}`,
      "target",
      `moved since the plan: it was to be deleted, and stays (${row.reason})`,
    );
    return [staleTag(target.name, repository, tag, error)];
  });
}

/** A tag that has what upstream has now is as wanted, unless another digest was planned for it. */
function unchangedRow(row: UnchangedRow, saved: ReadonlyMap<string, SavedAction>): Row {
  const planned = [...saved.values()].find(
    ({ repository, ...action }) => repository === row.repository && action["tag"] === row.tag,
  );
  const copy = planned === undefined ? undefined : savedCopy(planned);
  // A choice of platforms has a digest of its own: what it was made of is what was planned.
  const now = row.madeOf ?? row.have;
  if (copy === undefined || copy.digest === now) return row;
  const holds = row.madeOf === undefined ? row.have : `a choice of ${row.madeOf}`;
  const message = `moved since the plan: it was to get ${copy.digest}, and holds ${holds}, as its source does`;
  const error = stale(`${row.repository}:${row.tag}`, "target", message);
  return { kind: "stale-image", reason: "moved-since-plan", ...placeKeys(row), error };
}

/** The keys in which an action is another one than was planned. */
function movedParts(planned: SavedAction, now: Action): string[] {
  const current = JSON.parse(JSON.stringify(now)) as Record<string, unknown>;
  const keys = new Set([...Object.keys(planned), ...Object.keys(current)].filter((key) => !CHANGING.has(key)));
  // The day is in the name of a backup tag; that the tag is replaced at all is what was looked at.
  const isSame = (key: string) =>
    key === "replace" ? key in planned === key in current : text(planned[key]) === text(current[key]);
  return [...keys].filter((key) => !isSame(key)).toSorted();
}

function staleRow(planned: SavedAction, now: Action, moved: readonly string[]): StaleRow {
  const current = now as unknown as Readonly<Record<string, unknown>>;
  const said = moved.map((key) => `${NAMES[key] ?? key} was ${shown(planned[key])} and is ${shown(current[key])}`);
  const side = moved.includes("digest") ? "source" : "target";
  const error = stale(placeOf(now), side, `moved since the plan: ${said.join("; ")}`);
  const { target, repository } = now;
  const reason = "moved-since-plan";
  switch (now.kind) {
    case "copy-image":
      return { kind: "stale-image", reason, ...placeKeys(now), error };
    case "copy-referrers":
      return { kind: "stale-referrers", reason, ...placeKeys(now), error };
    case "delete-tag":
      return { kind: "stale-tag", reason, target, repository, tag: now.tag, error };
    case "create-repository":
    case "adopt-repository":
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy":
      return { kind: "stale-repository", reason, target, repository, error };
  }
}

function placeKeys({ target, repository, tag, source, order }: ImagePlace): ImagePlace {
  return { target, repository, tag, source, order };
}

function stale(reference: string, side: "source" | "target", message: string): ErrorReport {
  const hint =
    "Make the plan again and look at it. By a lock, or with --trust-plan, it is the digest of the plan that is copied.";
  return { code: "STALE", side, operation: "apply the saved plan to", reference, message, hint };
}

/** How the parts that move most are called. */
const NAMES: Readonly<Record<string, string>> = {
  digest: "its digest at the source",
  precondition: "what the tag holds",
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return typeof value === "string" ? value : text(value);
}

function text(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value);
}
