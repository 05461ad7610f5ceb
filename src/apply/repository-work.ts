import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import type { Action, CopyImage, RepositoryAction } from "../plan/action.ts";
import type { RepositoryAdmin } from "../repository/repository-admin.ts";
import type { Outcome } from "./report.ts";
import { runAction, type RunContext } from "./run-action.ts";

/** Repositories created and changed at once: ECR throttles its control plane at rates it does not publish. */
const REPOSITORIES_AT_ONCE = 4;

/** The actions on repositories, under way. */
export interface RepositoryWork {
  /**
   * Resolves when images may go into the repository: it is there, and its tags may move as declared. @throws MirrorError
   * REPOSITORY_FAILED when it could not be created; or not adopted, where a tag of it would be replaced
   */
  ready(image: CopyImage): Promise<void>;
  /** All outcomes of actions on repositories. */
  outcomes: Promise<Outcome[]>;
}

/** What an action waits for. */
interface Begun {
  kind: RepositoryAction["kind"];
  outcome: Promise<Outcome>;
}

/**
 * Begins the actions on repositories: creation and adoption first, then the settings. Images wait for the creation and
 * for the tag mutability; an adoption that failed keeps the settings alone, as images go into anybody's repository.
 */
export function startRepositoryWork(
  actions: readonly Action[],
  owner: string,
  admin: (target: string) => RepositoryAdmin | undefined,
  context: RunContext,
): RepositoryWork {
  const limit = pLimit(REPOSITORIES_AT_ONCE);
  const first = new Map<string, Begun>();
  const mutability = new Map<string, Promise<Outcome>>();
  const outcomes: Promise<Outcome>[] = [];
  for (const action of actions.filter(isRepositoryAction).toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const key = keyOf(action);
    const outcome = limit(async () => {
      const before = isFirst(action) ? undefined : first.get(key);
      const ended = await before?.outcome;
      return runAction(action, undefined, context, async () => {
        if (before !== undefined && ended?.result === "failed") throw notReady(before.kind, action);
        return carryOut(action, admin(action.target), owner, context.signal);
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
      // Whatever came of it: ECR itself refuses to move what may not move.
      await mutability.get(key);
    },
    outcomes: Promise.all(outcomes),
  };
}

function isRepositoryAction(action: Action): action is RepositoryAction {
  return action.kind !== "copy-image" && action.kind !== "copy-referrers" && action.kind !== "delete-tag";
}

function isFirst({ kind }: RepositoryAction): boolean {
  return kind === "create-repository" || kind === "adopt-repository";
}

/** @returns whether something was written; false means that it was as wanted already */
async function carryOut(
  action: RepositoryAction,
  admin: RepositoryAdmin | undefined,
  owner: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (admin === undefined) throw new Error(`target ${action.target} has no repositories of its own`);
  switch (action.kind) {
    case "create-repository":
      return admin.createRepository(action.repository, action.settings, owner, signal);
    case "adopt-repository":
      return admin.adoptRepository(action.repository, owner, signal);
    default:
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
    hint: "See the error of the repository, put it right and run apply again.",
  });
}
