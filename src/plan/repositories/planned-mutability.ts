import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { isManaged } from "../../repository/ownership.ts";

/**
 * Returns the target with the tag mutability that its repositories will have when images are copied: in repositories
 * owned by this mirror file, `apply` changes it first.
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
