import { MirrorError } from "../errors.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "./settings.ts";

/** Returns whether `owner` manages a repository's settings: it owns the repository, or adopts one without an ownership tag. */
export function isManaged(
  state: Pick<RepositoryState, "tags">,
  settings: Pick<RepositorySettings, "adopt">,
  owner: string,
): boolean {
  const currentOwner = state.tags[OWNERSHIP_TAG];
  return currentOwner === owner || (currentOwner === undefined && settings.adopt === true);
}

/**
 * Asserts that a repository exists and that `owner` owns it. In the repository of another owner, an action could delete
 * images, for example by setting a lifecycle policy.
 * @throws MirrorError STALE if the repository no longer exists, or does not have this ownership tag
 */
export function requireOwned(
  state: RepositoryState | undefined,
  owner: string,
  subject: { operation: string; reference: string },
): asserts state is RepositoryState {
  if (state === undefined) throw stale("the repository has been deleted since the plan", subject);
  const currentOwner = state.tags[OWNERSHIP_TAG];
  if (currentOwner === owner) return;
  const found = currentOwner === undefined ? "has no ownership tag" : `is owned by ${JSON.stringify(currentOwner)}`;
  throw stale(`the repository ${found}; it must be owned by ${JSON.stringify(owner)}`, subject);
}

/** Returns the error for a repository that has changed since the plan. */
export function stale(message: string, subject: { operation: string; reference: string }): MirrorError {
  return new MirrorError(message, {
    code: "STALE",
    side: "target",
    ...subject,
    hint: "run plan again to see the current state; something else has changed this repository",
  });
}
