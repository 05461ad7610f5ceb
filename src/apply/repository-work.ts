import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import type { Action, CopyImage, CreateRepository, PutPolicy } from "../plan/action.ts";
import type { RepositoryAdmin } from "./ports.ts";
import type { Outcome } from "./report.ts";
import { runAction, type RunContext } from "./run-action.ts";

/** Repositories created and given their policies at once: ECR throttles its control plane at rates it does not publish. */
const REPOSITORIES_AT_ONCE = 4;

/** The actions on repositories, under way. */
export interface RepositoryWork {
  /** Resolves when images may go into the repository. @throws MirrorError REPOSITORY_FAILED when it could not be created */
  ready(image: CopyImage): Promise<void>;
  /** All outcomes of actions on repositories. */
  outcomes: Promise<Outcome[]>;
}

type RepositoryAction = CreateRepository | PutPolicy;

/** Begins the actions on repositories: creation first, then the policies. Images wait for the creation alone. */
export function startRepositoryWork(
  actions: readonly Action[],
  owner: string,
  admin: (target: string) => RepositoryAdmin | undefined,
  context: RunContext,
): RepositoryWork {
  const limit = pLimit(REPOSITORIES_AT_ONCE);
  const creations = new Map<string, Promise<Outcome>>();
  const outcomes: Promise<Outcome>[] = [];
  for (const action of actions.filter(isRepositoryAction).toSorted(creationsFirst)) {
    const key = keyOf(action);
    const outcome = limit(async () => {
      const creation = action.kind === "create-repository" ? undefined : await creations.get(key);
      return runAction(action, undefined, context, async () => {
        refuseAfter(creation, action);
        return carryOut(action, admin(action.target), owner, context.signal);
      });
    });
    outcomes.push(outcome);
    if (action.kind === "create-repository") creations.set(key, outcome);
  }
  return {
    ready: async (image) => refuseAfter(await creations.get(keyOf(image)), image),
    outcomes: Promise.all(outcomes),
  };
}

function isRepositoryAction(action: Action): action is RepositoryAction {
  return action.kind !== "copy-image" && action.kind !== "copy-referrers";
}

function creationsFirst(a: RepositoryAction, b: RepositoryAction): number {
  return Number(b.kind === "create-repository") - Number(a.kind === "create-repository");
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
    case "put-lifecycle-policy":
      return admin.putLifecyclePolicy(action.repository, action.json, owner, signal);
    case "set-repository-policy":
      return admin.setRepositoryPolicy(action.repository, action.json, owner, signal);
  }
}

function keyOf(action: Action): string {
  return `${action.target} ${action.repository}`;
}

function refuseAfter(creation: Outcome | undefined, action: Action): void {
  if (creation?.result !== "failed") return;
  throw new MirrorError(`the repository "${action.repository}" could not be created`, {
    code: "REPOSITORY_FAILED",
    side: "target",
    operation: action.kind === "copy-image" ? "copy an image" : "set a policy",
    reference: action.kind === "copy-image" ? `${action.repository}:${action.tag}` : action.repository,
    hint: "See the error of the repository, put it right and run apply again.",
  });
}
