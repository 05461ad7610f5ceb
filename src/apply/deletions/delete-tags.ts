import pLimit from "p-limit";

import { MirrorError, reportOf } from "../../errors.ts";
import type { DeleteTag } from "../../plan/action.ts";
import type { Row } from "../../plan/plan.ts";
import { tagOf } from "../../plan/rows/row-order.ts";
import { createHeldImages } from "./held-images.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";
import { childrenOf, removeLeftovers, type PrunedRepository } from "./remove-leftovers.ts";
import type { Outcome } from "../report.ts";
import { runAction, type RunContext } from "../run-action.ts";

/** Repositories in which tags are deleted at once: ECR publishes no rate for it. */
const REPOSITORIES_AT_ONCE = 4;

const OPERATION = "delete tag";

export interface DeletionContext extends RunContext {
  /** Name of the mirror file. */
  owner: string;
  /** All of the plan: what could not be read did not arrive either, and no tag goes that is declared. */
  rows: readonly Row[];
  target: (name: string) => ImageTarget;
  admin: (target: string) => RepositoryAdmin | undefined;
}

/**
 * Carries the deletions out, when all copies are over: one after the other in each repository, and none where a copy
 * into it did not arrive, or which was to be adopted and is not.
 * @param before how the copies and adoptions ended
 */
export async function deleteTags(
  actions: readonly DeleteTag[],
  before: readonly Outcome[],
  context: DeletionContext,
): Promise<Outcome[]> {
  const limit = pLimit(REPOSITORIES_AT_ONCE);
  const missed = new Map<string, keyof typeof WHY>([
    ...context.rows.flatMap((row) =>
      row.kind === "failed" && row.reason !== "referrers-unread" ? [[keyOf(row), "not-arrived"] as const] : [],
    ),
    ...before.flatMap(({ action, result }) => {
      if (result === "done" || result === "already-done") return [];
      return [[keyOf(action), action.kind === "adopt-repository" ? "unadopted" : "not-arrived"] as const];
    }),
  ]);
  const groups = [...Map.groupBy(actions, keyOf)];
  const declared = groups.length === 0 ? new Map<string, never>() : declaredTags(context.rows);
  const outcomes = await Promise.all(
    groups.map(async ([key, group]) => {
      const why = missed.get(key);
      return why === undefined
        ? limit(() => deleteIn(group, declared.get(key) ?? new Set(), context))
        : group.map((action) => heldBack(action, why, context));
    }),
  );
  return outcomes.flat();
}

function keyOf({ target, repository }: { target: string; repository: string }): string {
  return `${target} ${repository}`;
}

async function deleteIn(
  group: readonly DeleteTag[],
  declared: ReadonlySet<string>,
  context: DeletionContext,
): Promise<Outcome[]> {
  let opened: Promise<PrunedRepository> | undefined;
  const rest = Promise.withResolvers<void>();
  const outcomes: Promise<Outcome>[] = [];
  for (const action of group) {
    const waits = Promise.withResolvers<void>();
    const outcome = runAction(action, undefined, context, async () => {
      const place = await (opened ??= openRepository(action, declared, context));
      const first = await deleteTag(action, place);
      if (first !== "in-use") return first === "removed";
      // A platform with a tag of its own: its index may be among those that go.
      waits.resolve();
      await rest.promise;
      const second = await deleteTag(action, place);
      if (second === "in-use") throw inUse(action);
      return second === "removed";
    });
    outcomes.push(outcome);
    await Promise.race([outcome, waits.promise]);
  }
  rest.resolve();
  return Promise.all(outcomes);
}

/** @throws MirrorError STALE when the repository is not the owner's any more */
async function openRepository(
  { target, repository }: DeleteTag,
  declared: ReadonlySet<string>,
  context: DeletionContext,
): Promise<PrunedRepository> {
  const { owner, signal } = context;
  const admin = context.admin(target);
  if (admin === undefined) throw new Error(`target ${target} has no repositories of its own`);
  await admin.requireOwner(repository, owner, OPERATION, signal);
  const held = createHeldImages(await admin.listImages(repository, "all", signal), declared);
  return { repository, held, target: context.target(target), admin, signal };
}

/** By repository the tags that the plan is about, those that go aside: declared ones, where anything is deleted at all. */
function declaredTags(rows: readonly Row[]): Map<string, Set<string>> {
  const declared = new Map<string, Set<string>>();
  for (const row of rows) {
    if (row.kind === "action" && row.action.kind === "delete-tag") continue;
    const key = keyOf(row.kind === "action" ? row.action : row);
    declared.set(key, (declared.get(key) ?? new Set<string>()).add(tagOf(row)));
  }
  return declared;
}

/** Deletes one tag, its image where that was the last one, and what then is of no use. */
async function deleteTag(
  { tag, precondition }: DeleteTag,
  place: PrunedRepository,
): Promise<"removed" | "absent" | "in-use"> {
  const { repository, held, target, admin, signal } = place;
  const now = (await target.readTags(repository, [tag], signal)).get(tag);
  if (now === undefined) return "absent";
  if (now !== precondition) throw moved(`${repository}:${tag}`, precondition, now);
  const isLast = held.isLast(now, tag);
  const children = isLast ? await childrenOf(now, place) : [];
  const [result = "absent"] = await admin.removeImages(repository, [{ tag }], signal);
  if (result !== "removed") return result;
  held.untag(now, tag);
  if (isLast) await removeLeftovers(now, children, place);
  return result;
}

function moved(reference: string, expected: string, found: string): MirrorError {
  return new MirrorError(`the tag changed since the plan: expected ${expected}, found ${found}`, {
    code: "STALE",
    side: "target",
    operation: OPERATION,
    reference,
    hint: "Someone else wrote this tag. Run plan again to see what is there now.",
  });
}

function inUse({ repository, tag }: DeleteTag): MirrorError {
  return new MirrorError("an index of the repository names its image, and ECR does not delete that", {
    code: "IN_USE",
    side: "target",
    operation: OPERATION,
    reference: `${repository}:${tag}`,
  });
}

const WHY = {
  unadopted: "this repository could not be adopted",
  "not-arrived": "not every image that goes to this repository arrived",
} as const;

/** What was copied may be what the deleted tag is replaced by. */
function heldBack(action: DeleteTag, why: keyof typeof WHY, { signal }: RunContext): Outcome {
  const error = new MirrorError(`${WHY[why]}, so nothing is deleted there`, {
    code: "HELD_BACK",
    side: "target",
    operation: OPERATION,
    reference: `${action.repository}:${action.tag}`,
  });
  const told = signal.aborted ? undefined : reportOf(error);
  return { action, result: "not-started", uri: undefined, bytes: 0, pulls: 0, milliseconds: 0, error: told };
}
