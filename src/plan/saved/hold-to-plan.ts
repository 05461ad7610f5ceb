import { canonicalJson } from "../../desired/text/canonical-json.ts";
import { shortReport, type ErrorReport } from "../../errors.ts";
import { shortened } from "../../plain-text.ts";
import { isRepositoryAction, type Action } from "../action.ts";
import { actionsOf, type Plan, type TargetPlan } from "../plan.ts";
import { imageOf, placeOf } from "../rows/row-fields.ts";
import type { ImagePlace, Row, StaleRow, UnchangedRow } from "../rows/row.ts";
import { refuseForeign, type SavedPlanTerms } from "./check-saved-plan.ts";
import { savedCopy, savedPlaceOf, type SavedAction, type SavedPlan } from "./saved-plan.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { pullsOf } from "../make-plan.ts";
import { totalsOf } from "../totals.ts";

/** The keys in which an action may differ from the planned one and still be the same. */
const CHANGING = new Set([
  "pullsAtMost",
  "content",
  "heldAt",
  "order",
  "upstream",
  "work",
  "isComplete",
  "reason",
  "changes",
]);

/**
 * Restricts the plan of this run to the actions of a saved plan. Only actions in both are carried out, as `fresh` has
 * them: hosts, roles and deletions are never taken from a file. An action that differs fails as changed since the plan;
 * one that is already done is a success; a new one waits for the next plan.
 * @param fresh the plan of this run
 * @throws MirrorError PLAN_FILE if the saved plan names something that is not in the mirror file
 */
export function holdToPlan(saved: SavedPlan, fresh: Plan, terms: SavedPlanTerms): Plan {
  return atOnce(holdSteps(saved, fresh, terms));
}

/** Restricts a plan as {@link holdToPlan} does, in steps. */
export function* holdSteps(saved: SavedPlan, fresh: Plan, terms: SavedPlanTerms): Steps<Plan> {
  for (const target of saved.targets) {
    refuseForeign(target, fresh, terms.path);
    yield;
  }
  const savedOf = new Map(fresh.targets.map(({ name }) => [name, savedFor(saved, name)]));
  const targets: TargetPlan[] = [];
  for (const target of fresh.targets) {
    targets.push(yield* holdTarget(savedOf.get(target.name) ?? new Map<string, SavedAction>(), target));
  }
  const totals = totalsOf(targets, fresh.rules);
  const costs = fresh.costs.map((cost) => ({ ...cost, ...pullsOf(targets, cost.registry) }));
  const notPlanned = actionsOf(fresh).filter(({ id, target }) => savedOf.get(target)?.has(id) !== true).length;
  return { ...fresh, targets, totals, costs, notPlanned, complete: totals.failed === 0 };
}

function savedFor({ targets }: SavedPlan, name: string): Map<string, SavedAction> {
  return new Map(
    targets.filter((target) => target.name === name).flatMap(({ actions }) => actions.map((each) => [each.id, each])),
  );
}

function* holdTarget(saved: ReadonlyMap<string, SavedAction>, target: TargetPlan): Steps<TargetPlan> {
  // The target's own error is reported once, instead of one for each row.
  if (target.error !== undefined) return target;
  const byPlace = firstByPlace(saved);
  const rows: Row[] = [];
  for (const row of target.rows) {
    const held = holdRow(row, saved, byPlace);
    if (held !== undefined) rows.push(held);
    yield;
  }
  return { ...target, rows: [...rows, ...notDeleted(saved, target), ...notDeclared(saved, target)] };
}

/** Undefined for an action that was not planned. */
function holdRow(
  row: Row,
  saved: ReadonlyMap<string, SavedAction>,
  byPlace: ReadonlyMap<string, SavedAction>,
): Row | undefined {
  if (row.kind === "unchanged") return unchangedRow(row, byPlace.get(placeOf(row)));
  if (row.kind !== "action") return row;
  const planned = saved.get(row.action.id);
  if (planned === undefined) return undefined;
  const changed = changedKeys(planned, row.action);
  return changed.length === 0 ? row : staleRow(planned, row.action, changed);
}

/** Indexes the planned actions by `repository:tag`. */
function firstByPlace(saved: ReadonlyMap<string, SavedAction>): Map<string, SavedAction> {
  const byPlace = new Map<string, SavedAction>();
  for (const planned of saved.values()) {
    const place = savedPlaceOf(planned);
    if (typeof planned["tag"] === "string" && !byPlace.has(place)) byPlace.set(place, planned);
  }
  return byPlace;
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
function unchangedRow(row: UnchangedRow, planned: SavedAction | undefined): Row {
  const copy = planned === undefined ? undefined : savedCopy(planned);
  // An index of selected platforms has its own digest. The plan names the source index that it was made from.
  const now = row.madeOf ?? row.sourceDigest ?? row.have;
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
  if (isRepositoryAction(now)) {
    // A repository may have several of these rows.
    const error = stale(placeOf(now), side, `${changes} (${now.kind})`);
    return { kind: "stale-repository", reason, target, repository, error };
  }
  switch (now.kind) {
    case "copy-image":
      return { kind: "stale-image", reason, ...placeKeys(now), error: stale(placeOf(now), side, changes) };
    case "copy-referrers":
      return { kind: "stale-referrers", reason, ...placeKeys(now), error: stale(placeOf(now), side, changes) };
    case "delete-tag":
      return staleTag(target, repository, now.tag, stale(placeOf(now), side, changes));
  }
}

function placeKeys({ target, repository, tag, source, order }: ImagePlace): ImagePlace {
  return { target, repository, tag, source, order };
}

function stale(reference: string, side: "source" | "target", why: string): ErrorReport {
  return shortReport({
    code: "STALE",
    side,
    operation: "apply saved plan to",
    reference,
    message: `changed since the plan: ${why}`,
    hint: "make a new plan and review it. To copy the planned digests instead, use a lock file or --trust-plan",
  });
}

/** What the keys that change most often are called in messages. */
const NAMES: Readonly<Record<string, string>> = {
  attestations: "attestations",
  digest: "the source digest",
  from: "the setting",
  platforms: "the list of platforms",
  precondition: "the target digest",
  to: "the wanted setting",
  types: "the list of artifact types",
};

function shown(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return shortened(typeof value === "string" ? value : text(value));
}

function text(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value);
}
