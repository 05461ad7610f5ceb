import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { isManaged } from "../../repository/ownership.ts";

/**
 * The target with the tag mutability that its repositories will have when images go into them: where it is ours to
 * change, what is declared comes first. So that a plan says of a tag what its own apply will find.
 */
export function withPlannedMutability(
  target: ActualTarget,
  images: readonly DesiredImage[],
  owner: string,
): ActualTarget {
  if (target.repositories === undefined) return target;
  const repositories = new Map(target.repositories);
  for (const { repository, settings } of images) {
    const state = repositories.get(repository);
    const { tagMutability } = settings;
    if (state === undefined || tagMutability === undefined || !isManaged(state, settings, owner)) continue;
    repositories.set(repository, { ...state, tagMutability });
  }
  return { ...target, repositories };
}
