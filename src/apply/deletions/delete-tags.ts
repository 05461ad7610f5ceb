import pLimit from "p-limit";

import { MirrorError, reportOf } from "../../errors.ts";
import type { Action, DeleteTag } from "../../plan/action.ts";
import { failureOf, repositoryOf, tagOf, targetOf } from "../../plan/rows/row-fields.ts";
import type { Row } from "../../plan/rows/row.ts";
import { createRepositoryImages } from "./repository-images.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";
import { childrenOf, removeLeftovers, type PrunedRepository } from "./remove-leftovers.ts";
import type { Outcome } from "../report.ts";
import { runAction, type RunContext } from "../run-action.ts";

/** Repositories in which tags are deleted at once. The rate limits of the ECR API are not published. */
const REPOSITORIES_AT_ONCE = 4;

const OPERATION = "delete tag";

export interface DeletionContext extends RunContext {
  /** Name of the mirror file. */
  owner: string;
  /** All rows of the plan: they show which images could not be read, and which tags are declared and so kept. */
  rows: readonly Row[];
  target: (name: string) => ImageTarget;
  admin: (target: string) => RepositoryAdmin | undefined;
}

/**
 * Deletes tags after all copies have ended, one after the other in each repository. Nothing is deleted in a repository
 * where a copy or the adoption failed.
 * @param before the outcomes of the copies and adoptions
 */
export async function deleteTags(
  actions: readonly DeleteTag[],
  before: readonly Outcome[],
  context: DeletionContext,
): Promise<Outcome[]> {
  const limit = pLimit(REPOSITORIES_AT_ONCE);
  const heldBack = new Map<string, keyof typeof HELD_BACK_REASON>([
    ...context.rows.flatMap((row) => (isIncomplete(row) ? [[keyOf(row), "not-copied"] as const] : [])),
    ...before.flatMap(({ action, result }) => {
      if (result === "done" || result === "already-done") return [];
      return [[keyOf(action), action.kind === "adopt-repository" ? "not-adopted" : "not-copied"] as const];
    }),
  ]);
  const groups = [...Map.groupBy(actions, keyOf)];
  const declared = groups.length === 0 ? new Map<string, never>() : declaredTags(context.rows);
  const outcomes = await Promise.all(
    groups.map(async ([key, group]) => {
      const reason = heldBack.get(key);
      return reason === undefined
        ? limit(() => deleteIn(group, declared.get(key) ?? new Set(), context))
        : group.map((action) => holdBack(action, reason, context));
    }),
  );
  return outcomes.flat();
}

/** Whether an image of the row's repository may be missing. Referrers that could not be read do not count. */
function isIncomplete(row: Row): boolean {
  return row.kind !== "failed-referrers" && failureOf(row) !== undefined;
}

function keyOf(row: Row | Action): string {
  return `${targetOf(row)} ${repositoryOf(row)}`;
}

async function deleteIn(
  group: readonly DeleteTag[],
  declared: ReadonlySet<string>,
  context: DeletionContext,
): Promise<Outcome[]> {
  let opening: Promise<PrunedRepository> | undefined;
  const firstPass = Promise.withResolvers<void>();
  const outcomes: Promise<Outcome>[] = [];
  for (const action of group) {
    const isInUse = Promise.withResolvers<void>();
    const outcome = runAction(action, undefined, context, async () => {
      const repository = await (opening ??= openRepository(action, declared, context));
      const first = await deleteTag(action, repository);
      if (first !== "in-use") return first === "removed";
      // An image with a tag of its own may be in an index that this loop deletes later.
      isInUse.resolve();
      await firstPass.promise;
      const second = await deleteTag(action, repository);
      if (second === "in-use") throw inUse(action);
      return second === "removed";
    });
    outcomes.push(outcome);
    await Promise.race([outcome, isInUse.promise]);
  }
  firstPass.resolve();
  return Promise.all(outcomes);
}

/** @throws MirrorError STALE when the mirror file no longer owns the repository */
async function openRepository(
  { target, repository }: DeleteTag,
  declared: ReadonlySet<string>,
  context: DeletionContext,
): Promise<PrunedRepository> {
  const { owner, signal } = context;
  const admin = context.admin(target);
  if (admin === undefined) throw new Error(`target ${target} does not manage repositories`);
  await admin.requireOwner(repository, owner, OPERATION, signal);
  const images = createRepositoryImages(await admin.listImages(repository, "all", signal), declared);
  return { repository, images, target: context.target(target), admin, signal };
}

/** The declared tags by repository: all tags of the plan, apart from those that it deletes. */
function declaredTags(rows: readonly Row[]): Map<string, Set<string>> {
  const declared = new Map<string, Set<string>>();
  for (const row of rows) {
    const tag = tagOf(row);
    if (tag === undefined || (row.kind === "action" && row.action.kind === "delete-tag")) continue;
    const key = keyOf(row);
    declared.set(key, (declared.get(key) ?? new Set<string>()).add(tag));
  }
  return declared;
}

/** Deletes one tag. With the last tag of an image, also deletes the image and what only it referred to. */
async function deleteTag(
  { tag, precondition }: DeleteTag,
  pruned: PrunedRepository,
): Promise<"removed" | "absent" | "in-use"> {
  const { repository, images, target, admin, signal } = pruned;
  const now = (await target.readTags(repository, [tag], signal)).get(tag);
  if (now === undefined) return "absent";
  if (now !== precondition) throw changed(`${repository}:${tag}`, precondition, now);
  const isLast = images.isLast(now, tag);
  const children = isLast ? await childrenOf(now, pruned) : [];
  const [result = "absent"] = await admin.removeImages(repository, [{ kind: "tag", tag }], signal);
  if (result !== "removed") return result;
  images.untag(now, tag);
  if (isLast) await removeLeftovers(now, children, pruned);
  return result;
}

function changed(reference: string, expected: string, found: string): MirrorError {
  return new MirrorError(`the tag changed since the plan: expected ${expected}, found ${found}`, {
    code: "STALE",
    side: "target",
    operation: OPERATION,
    reference,
    hint: "another client changed the tag; rerun plan to see its current digest",
  });
}

function inUse({ repository, tag }: DeleteTag): MirrorError {
  return new MirrorError("its image is part of an index in the repository, so ECR does not delete it", {
    code: "IN_USE",
    side: "target",
    operation: OPERATION,
    reference: `${repository}:${tag}`,
  });
}

const HELD_BACK_REASON = {
  "not-adopted": "this repository could not be adopted",
  "not-copied": "not every image of this repository was copied",
} as const;

/** Keeps a tag: the image that replaces it may be the one that is missing. */
function holdBack(action: DeleteTag, reason: keyof typeof HELD_BACK_REASON, { signal }: RunContext): Outcome {
  const error = new MirrorError(`${HELD_BACK_REASON[reason]}, so nothing is deleted there`, {
    code: "HELD_BACK",
    side: "target",
    operation: OPERATION,
    reference: `${action.repository}:${action.tag}`,
  });
  const report = signal.aborted ? undefined : reportOf(error);
  return { action, result: "not-started", uri: undefined, bytes: 0, pulls: 0, milliseconds: 0, error: report };
}
