import { MirrorError } from "../errors.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "./settings.ts";

/** Whether a repository's settings are `owner`'s to change: it has that mark, or none and is to be adopted. */
export function isManaged(
  state: Pick<RepositoryState, "tags">,
  settings: Pick<RepositorySettings, "adopt">,
  owner: string,
): boolean {
  const mark = state.tags[OWNERSHIP_TAG];
  return mark === owner || (mark === undefined && settings.adopt === true);
}

/**
 * That a repository is there and `owner`'s, as the plan saw it or as this run made it. What an action does to a
 * repository of somebody else, a lifecycle policy above all, could delete their images.
 * @throws MirrorError STALE when it is gone, or has no mark, or another's
 */
export function requireOwned(
  state: RepositoryState | undefined,
  owner: string,
  about: { operation: string; reference: string },
): asserts state is RepositoryState {
  if (state === undefined) throw stale("the repository was deleted since the plan", about);
  const mark = state.tags[OWNERSHIP_TAG];
  if (mark === owner) return;
  const whose = mark === undefined ? "without an owner's tag" : `that belongs to ${JSON.stringify(mark)}`;
  throw stale(`since the plan there is a repository ${whose}, not to ${JSON.stringify(owner)}`, about);
}

/** Somebody else changed what an action is about. */
export function stale(message: string, about: { operation: string; reference: string }): MirrorError {
  return new MirrorError(message, {
    code: "STALE",
    side: "target",
    ...about,
    hint: "Someone else changed this repository. Run plan again to see what is there now.",
  });
}
