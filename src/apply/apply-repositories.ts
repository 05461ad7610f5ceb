import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import { isRepositoryAction, type Action, type CopyImage, type RepositoryAction } from "../plan/action.ts";
import type { RepositoryAdmin } from "../repository/repository-admin.ts";
import type { Outcome } from "./report.ts";
import { runAction, type RunContext } from "./run-action.ts";

/** Actions on repositories at once. The rate limits of the ECR API are not published. */
const REPOSITORIES_AT_ONCE = 4;

/** The actions on repositories, in progress. */
export interface RepositoryActions {
  /**
   * Resolves when an image may be copied to its repository: it exists, and its tag mutability is as declared.
   * @throws MirrorError REPOSITORY_FAILED when the repository could not be created; or not adopted, where a tag of it is
   * to be replaced
   */
  ready(image: CopyImage): Promise<void>;
  /** The outcomes of all actions on repositories. */
  outcomes: Promise<Outcome[]>;
}

/** The creation or adoption of a repository, in progress. */
interface Started {
  kind: RepositoryAction["kind"];
  outcome: Promise<Outcome>;
}

/**
 * Starts the actions on repositories: creation and adoption first, then the settings. Images wait for the creation and for
 * the tag mutability. A failed adoption stops the settings only, as images may be copied to a repository of any owner.
 */
export function startRepositoryActions(
  actions: readonly Action[],
  owner: string,
  admin: (target: string) => RepositoryAdmin | undefined,
  context: RunContext,
): RepositoryActions {
  const limit = pLimit(REPOSITORIES_AT_ONCE);
  const first = new Map<string, Started>();
  const mutability = new Map<string, Promise<Outcome>>();
  const outcomes: Promise<Outcome>[] = [];
  for (const action of actions.filter(isRepositoryAction).toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const key = keyOf(action);
    const outcome = limit(async () => {
      const before = isFirst(action) ? undefined : first.get(key);
      const ended = await before?.outcome;
      return runAction(action, undefined, context, async () => {
        if (before !== undefined && ended?.result === "failed") throw notReady(before.kind, action);
        return applyAction(action, admin(action.target), owner, context.signal);
      });
    });
    outcomes.push(outcome);
    if (isFirst(action)) first.set(key, { kind: action.kind, outcome });
    if (action.kind === "put-tag-mutability") mutability.set(key, outcome);
  }
  return {
    async ready(image) {
      const key = keyOf(image);
      const creation = first.get(key);
      const ended = await creation?.outcome;
      const isNeeded = creation?.kind === "create-repository" || image.replace !== undefined;
      if (creation !== undefined && isNeeded && ended?.result === "failed") throw notReady(creation.kind, image);
      // Whether it succeeded does not matter: ECR itself refuses to move an immutable tag.
      await mutability.get(key);
    },
    outcomes: Promise.all(outcomes),
  };
}

function isFirst({ kind }: RepositoryAction): boolean {
  return kind === "create-repository" || kind === "adopt-repository";
}

/** @returns whether anything was changed; false where it was as declared already */
async function applyAction(
  action: RepositoryAction,
  admin: RepositoryAdmin | undefined,
  owner: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (admin === undefined) throw new Error(`target ${action.target} does not manage repositories`);
  switch (action.kind) {
    case "create-repository":
      return admin.createRepository(action.repository, action.settings, owner, signal);
    case "adopt-repository":
      return admin.adoptRepository(action.repository, owner, signal);
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
    case "set-repository-policy":
    case "delete-repository-policy":
      return admin.changeSetting(action.repository, action, owner, signal);
  }
}

function keyOf(action: Action): string {
  return `${action.target} ${action.repository}`;
}

function notReady(before: RepositoryAction["kind"], action: Action): MirrorError {
  const verb = before === "adopt-repository" ? "adopted" : "created";
  return new MirrorError(`the repository "${action.repository}" could not be ${verb}`, {
    code: "REPOSITORY_FAILED",
    side: "target",
    operation: action.kind === "copy-image" ? "copy image" : "change setting of",
    reference: action.kind === "copy-image" ? `${action.repository}:${action.tag}` : action.repository,
    hint: "fix the error reported for the repository, then rerun apply",
  });
}
