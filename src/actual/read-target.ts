import type { DesiredImage } from "../desired/mirror-file.ts";
import type { RepositoryState } from "../ecr/settings.ts";
import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { ActualTarget } from "./actual.ts";

/** As much of a target as reading it needs. Reads only. */
export interface ReadableTarget {
  name: string;
  registry: string;
  /** The tags that exist, of those asked for. */
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  /** Where repositories are things of their own: those that exist, of the names asked for. */
  describeRepositories?:
    | ((names: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, RepositoryState>>)
    | undefined;
}

/**
 * Reads what a target holds of the images declared for it. A repository whose tags cannot be read spoils its own
 * images alone.
 * @throws MirrorError when the repositories cannot be described
 */
export async function readTarget(
  target: ReadableTarget,
  images: readonly DesiredImage[],
  signal: AbortSignal,
): Promise<ActualTarget> {
  const wanted = Map.groupBy(images, (image) => image.repository);
  const repositories = await target.describeRepositories?.([...wanted.keys()], signal);
  const tags = await Promise.all(
    [...wanted].map(async ([repository, group]) => {
      const exists = repositories === undefined || repositories.has(repository);
      const names = [...new Set(group.map((image) => image.tag))];
      return [repository, exists ? await readTags(target, repository, names, signal) : new Map()] as const;
    }),
  );
  return { name: target.name, registry: target.registry, repositories, tags: new Map(tags) };
}

async function readTags(
  target: ReadableTarget,
  repository: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Digest> | ErrorReport> {
  try {
    return await target.readTags(repository, tags, signal);
  } catch (error) {
    if (error instanceof MirrorError && !signal.aborted) return reportOf(error);
    throw error;
  }
}
