import type { DesiredEntry, EntryTarget } from "../../desired/entries/desired-entry.ts";
import { fillDestination } from "../../desired/entries/destination.ts";
import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { RepositorySettings } from "../../repository/settings.ts";

/** What a mirror file wants of a repository of ECR, or of all that a name with a wildcard stands for. */
export interface RepositoryNeed {
  /** The target's name. */
  target: string;
  /** With `*` where only a rule's tags will say. */
  repository: string;
  settings: RepositorySettings;
  /** Whether its blobs may be read for another repository or target. */
  areBlobsShared: boolean;
  /** Whether platforms of its images are chosen: that of an image that is in no index is in one of its blobs. */
  selectsPlatforms: boolean;
  /** Whether tags may be deleted: by `prune`, `pruneTags` or `replace`. */
  deletesTags: boolean;
}

/** A repository of any target, as an entry names it. */
interface Named {
  entry: DesiredEntry;
  at: EntryTarget;
  repository: string;
}

/** What a file wants of its ECR repositories, entry by entry: one may come more than once. */
export function repositoryNeeds({ entries }: Pick<MirrorFile, "entries">): RepositoryNeed[] {
  const named = entries.flatMap(namedBy);
  const places = new Set(named.map(({ at, repository }) => `${at.target.name} ${repository}`));
  const isShared = places.size > 1 || named.some(({ repository }) => repository.includes("*"));
  return named
    .filter(({ at }) => at.target.kind === "ecr")
    .map(({ entry, at, repository }) => ({
      target: at.target.name,
      repository,
      settings: at.settings,
      areBlobsShared: isShared,
      selectsPlatforms: entry.options.platforms !== undefined,
      deletesTags: deletes(entry) || (at.settings.pruneTags ?? []).length > 0,
    }));
}

function namedBy(entry: DesiredEntry): Named[] {
  return entry.targets.flatMap((at) =>
    repositoriesOf(entry, at.target.name).map((repository) => ({ entry, at, repository })),
  );
}

function repositoriesOf(entry: DesiredEntry, target: string): string[] {
  if (entry.kind === "listed") {
    const own = entry.images.filter((image) => image.target === target);
    return [...new Set(own.map(({ repository }) => repository))];
  }
  // What a tag may stand for IAM's wildcard stands for too. No name of a repository has one of its own.
  const filled = fillDestination(entry.destination, { ...entry.image, tag: "*" });
  return "message" in filled ? [] : [filled.repository];
}

function deletes({ options }: DesiredEntry): boolean {
  return options.prune === true || options.replace !== undefined;
}
