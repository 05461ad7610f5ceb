import type { DesiredEntry, EntryTarget } from "../../desired/entries/desired-entry.ts";
import { fillDestination } from "../../desired/entries/destination.ts";
import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { RepositorySettings } from "../../repository/settings.ts";

/** What a mirror file needs in an ECR repository, or in all repositories that match a wildcard. */
export interface RepositoryNeed {
  /** The target's name. */
  target: string;
  /** With `*` in place of a tag that a rule selects later. */
  repository: string;
  settings: RepositorySettings;
  /** Whether another repository or target may read its blobs. */
  areBlobsShared: boolean;
  /** Whether platforms are selected. For an image without an index, the platform is in one of its blobs. */
  selectsPlatforms: boolean;
  /** Whether tags may be deleted: by `prune`, `pruneTags` or `replace`. */
  deletesTags: boolean;
}

/** A repository at any target, as declared by an entry. */
interface Named {
  entry: DesiredEntry;
  at: EntryTarget;
  repository: string;
}

/** Returns the needs of a mirror file, by entry. A repository can occur several times. */
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
  // IAM's wildcard matches every tag. Repository names cannot contain `*`.
  const filled = fillDestination(entry.destination, { ...entry.image, tag: "*" });
  return "message" in filled ? [] : [filled.repository];
}

function deletes({ options }: DesiredEntry): boolean {
  return options.prune === true || options.replace !== undefined;
}
