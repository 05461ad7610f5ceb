import pLimit from "p-limit";

import type { DesiredImage } from "../desired/mirror-file.ts";
import type { RepositorySettings, RepositoryState } from "../ecr/settings.ts";
import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { ActualTarget } from "./actual.ts";
import { readHeld, type HeldReader, type HeldTags } from "./read-held.ts";

/** As much of a target as reading it needs. Reads only. */
export interface ReadableTarget extends HeldReader {
  name: string;
  registry: string;
  /**
   * Where repositories are things of their own: those that exist, of those asked for, or why one could not be read.
   * @param wanted the settings that the file declares for each name; policies are read as far as it manages them
   * @param owner name of the mirror file: the policies of another owner's repositories are not read
   */
  describeRepositories?:
    | ((
        wanted: ReadonlyMap<string, RepositorySettings>,
        owner: string,
        signal: AbortSignal,
      ) => Promise<ReadonlyMap<string, RepositoryState | MirrorError>>)
    | undefined;
}

/**
 * Repositories of ECR whose tags are read at once: each may bring 64 MB of manifests (BatchGetImage), and ECR
 * publishes no rate for the call. Other targets are asked tag by tag, under their registry's own limit.
 */
export const TAG_READS_AT_ONCE = 4;

/**
 * Reads what a target holds of the images declared for it. A repository that cannot be described, or whose tags cannot
 * be read, spoils its own images alone.
 * @param owner name of the mirror file
 * @throws MirrorError when no repository can be described
 */
export async function readTarget(
  target: ReadableTarget,
  images: readonly DesiredImage[],
  owner: string,
  signal: AbortSignal,
): Promise<ActualTarget> {
  const settings = new Map(images.map((image) => [image.repository, image.settings]));
  const described = await target.describeRepositories?.(settings, owner, signal);
  const limit = pLimit(described === undefined ? Number.POSITIVE_INFINITY : TAG_READS_AT_ONCE);
  const held = await Promise.all(
    [...Map.groupBy(images, (image) => image.repository)].map(async ([repository, group]) => {
      const state = described?.get(repository);
      if (state instanceof MirrorError) return [repository, reportOf(state)] as const;
      if (described !== undefined && state === undefined) return [repository, NOTHING] as const;
      return [repository, await limit(() => readRepository(target, repository, group, signal))] as const;
    }),
  );
  const repositories = described === undefined ? undefined : readable(described);
  return {
    name: target.name,
    registry: target.registry,
    repositories,
    tags: new Map(held.map(([repository, read]) => [repository, "tags" in read ? read.tags : read])),
    contents: new Map(held.flatMap(([repository, read]) => ("tags" in read ? [[repository, read.contents]] : []))),
  };
}

const NOTHING: HeldTags = { tags: new Map<string, Digest>(), contents: new Map() };

function readable(described: ReadonlyMap<string, RepositoryState | MirrorError>): Map<string, RepositoryState> {
  return new Map(
    [...described].flatMap(([name, state]) => (state instanceof MirrorError ? [] : [[name, state] as const])),
  );
}

async function readRepository(
  target: ReadableTarget,
  repository: string,
  images: readonly DesiredImage[],
  signal: AbortSignal,
): Promise<HeldTags | ErrorReport> {
  try {
    return await readHeld(target, repository, images, signal);
  } catch (error) {
    if (error instanceof MirrorError && !signal.aborted) return reportOf(error);
    throw error;
  }
}
