import type { ActualTarget } from "../../actual/actual.ts";
import type { PruneMatches } from "../../actual/prune-matches.ts";
import { backedUpTagOf } from "../../desired/entries/backup-template.ts";
import type { DesiredImage, EntryTemplate } from "../../desired/mirror-file.ts";
import { goingTo, madeBy } from "../../desired/tags/tag-template.ts";
import { isManaged } from "../../repository/ownership.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Declared } from "../declared.ts";
import type { ImageRow, Row, UndeclaredTagsRow } from "./row.ts";
import { repositoryOf } from "./row-fields.ts";
import { compareText } from "./row-order.ts";

/** A repository with at least this many tags is protected from losing many of them at once. */
const GUARDED_FROM = 10;

/**
 * Largest part of a repository's tags that is deleted without `--allow-deletions`. Tags that store referrers are not
 * counted: they are deleted with their image, and would make the part look smaller than it is.
 */
const MOST_DELETED = 0.3;

/** What determines pruning, in addition to the target. */
export interface Pruning {
  /** The entries with `prune: true`. */
  entries: readonly EntryTemplate[];
  /** Those of them that select no image in this run. */
  empty: readonly EntryTemplate[];
  /** Entries with tags that are unknown in this run. */
  unresolved: readonly EntryTemplate[];
  /** The tags that the `pruneTags` of a repository match, by target and repository. */
  matches: PruneMatches;
  /** Repositories in which more tags may be deleted (`--allow-deletions`). */
  allowed: ReadonlySet<string>;
}

/**
 * Decides what to do about undeclared tags, in repositories that this mirror file owns or adopts. (`apply` deletes after
 * the adoption, and reads the ownership tag again.) A tag is deleted if
 * - an entry of the repository prunes,
 * - a pruning entry could have created the tag, or `pruneTags` matches it,
 * - this run covers the whole repository, and everything in it could be resolved,
 * - they are not too many at once.
 *
 * Other undeclared tags get a row with the reason why they stay.
 * @param images the images of the target in this run
 * @param imageRows their rows
 */
export function pruneRows(
  target: ActualTarget,
  owner: string,
  images: readonly DesiredImage[],
  imageRows: readonly ImageRow[],
  declared: Declared,
  pruning: Pruning,
): Row[] {
  const wantedIn = Map.groupBy(images, ({ repository }) => repository);
  const rowsIn = Map.groupBy(imageRows, repositoryOf);
  const pruningEntries = goingTo(pruning.entries);
  const unresolvedEntries = goingTo(pruning.unresolved);
  const emptyEntries = goingTo(pruning.empty);
  return [...(target.allTags ?? [])].flatMap(([repository, held]) => {
    const wanted = wantedIn.get(repository) ?? [];
    const state = target.repositories?.get(repository);
    if (state === undefined || !isManaged(state, wanted[0]?.settings ?? {}, owner)) return [];
    const isOfTarget = (entry: EntryTemplate) => entry.targets.includes(target.name);
    const entries = pruningEntries(repository).filter(isOfTarget);
    const place = { target: target.name, repository };
    const count = declared.count(target.name, repository);
    const isUnknown = unresolvedEntries(repository).some(isOfTarget);
    // An entry that could not be read may declare every tag.
    if (count === 0 && isUnknown) return [];
    if (!(held instanceof Map)) {
      const reason = count === 0 ? "nothing-declared" : entries.length > 0 ? "unresolved" : "no-prune";
      return [{ kind: "unlisted-tags", reason, ...place, error: held as ErrorReport }];
    }
    const tags = held as ReadonlyMap<string, Digest>;
    const undeclared = [...tags.keys()]
      .filter((tag) => !declared.isDeclared(target.name, repository, tag) && !isReferrerTag(tag))
      .toSorted(compareText);
    const rows = rowsIn.get(repository) ?? [];
    if (count === 0) return nothingDeclared(place, undeclared, tags.size, emptyEntries(repository).filter(isOfTarget));
    if (entries.length === 0) return stay("no-prune", place, undeclared);
    if (new Set(wanted.map(({ tag }) => tag)).size < count) return stay("narrowed", place, undeclared);
    const isUnclear = isUnknown || rows.some(isUnresolved);
    if (isUnclear) return stay("unresolved", place, undeclared);
    const matched = pruning.matches.get(target.name)?.get(repository) ?? new Set<string>();
    const needed = backupsOf(rows);
    const isBackup = backupCheck(wanted);
    const isPruned = prunedTags(repository, entries, isBackup, matched, needed);
    const isKeptBackup = (tag: string) => !isPruned(tag) && (needed.has(tag) || isBackup(tag));
    const rest = undeclared.filter((tag) => !isPruned(tag) && !isKeptBackup(tag));
    return [
      ...deletions(place, undeclared.filter(isPruned), tags, pruning.allowed),
      ...stay("backup", place, undeclared.filter(isKeptBackup)),
      ...stay("not-made-here", place, rest),
    ];
  });
}

interface Place {
  target: string;
  repository: string;
}

/** Whether the wanted digest of an image is unknown. */
function isUnresolved(row: ImageRow): boolean {
  switch (row.kind) {
    case "failed-image":
    case "kept-image":
    case "postponed-image":
    case "blocked-platforms":
    case "blocked-by-lock":
      return true;
    case "action":
    case "unchanged":
    case "held-by-lock":
    case "archived":
    case "blocked-tag":
      return false;
  }
}

function stay(reason: UndeclaredTagsRow["reason"], place: Place, tags: readonly string[]): Row[] {
  return tags.length === 0 ? [] : [{ kind: "undeclared-tags", reason, ...place, tags: [...tags] }];
}

/** Returns which undeclared tags of a repository are deleted. A backup that this plan needs is not. */
function prunedTags(
  repository: string,
  entries: readonly EntryTemplate[],
  isBackup: (tag: string) => boolean,
  matched: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): (tag: string) => boolean {
  const isMade = madeBy(entries, repository);
  return (tag) => !needed.has(tag) && (matched.has(tag) || (isMade(tag) && !isBackup(tag)));
}

/** Returns the backup tags that this plan's replacements write, or wrote in an earlier run. */
function backupsOf(rows: readonly ImageRow[]): Set<string> {
  return new Set(
    rows.flatMap((row) =>
      row.kind === "action" && row.action.kind === "copy-image" ? (row.action.replace?.backupTag ?? []) : [],
    ),
  );
}

/** Returns a check for backup tags. Backups are deleted only if `pruneTags` matches them. */
function backupCheck(images: readonly DesiredImage[]): (tag: string) => boolean {
  const templates = [...new Set(images.flatMap(({ replace }) => replace?.backup ?? []))];
  return (tag) => templates.some((template) => backedUpTagOf(template, tag) !== undefined);
}

function deletions(
  place: Place,
  deleted: readonly string[],
  tags: ReadonlyMap<string, Digest>,
  allowed: ReadonlySet<string>,
): Row[] {
  const { target, repository } = place;
  const of = [...tags.keys()].filter((tag) => !isReferrerTag(tag)).length;
  const isTooMany = tags.size >= GUARDED_FROM && deleted.length > of * MOST_DELETED;
  if (isTooMany && !allowed.has(repository)) {
    const row = { ...place, tags: [...deleted], of };
    return [{ kind: "blocked-deletions", reason: "too-many", ...row, error: tooMany(row) }];
  }
  return deleted.map((tag) => ({
    kind: "action",
    action: {
      id: `delete-tag ${target} ${repository}:${tag}`,
      kind: "delete-tag",
      reason: "not-declared",
      ...place,
      tag,
      precondition: tags.get(tag) as Digest,
    },
  }));
}

function tooMany({ repository, tags, of }: Place & { tags: readonly string[]; of: number }): ErrorReport {
  return {
    code: "TOO_MANY_DELETIONS",
    side: "target",
    operation: "delete tags of",
    reference: repository,
    message: `${tags.length} of its ${of} tags are no longer in the mirror file, which is more than ${MOST_DELETED * 100}%`,
    hint: `to delete them, run with --allow-deletions ${repository}`,
  };
}

/**
 * Lists a repository that is no longer in the mirror file, with or without tags. If the reason is that the tag rule of a
 * pruning entry selects nothing, pruning would delete every mirrored image, so it is refused.
 */
function nothingDeclared(place: Place, tags: readonly string[], of: number, empty: readonly EntryTemplate[]): Row[] {
  const { repository } = place;
  const isMade = madeBy(empty, repository);
  const deleted = tags.filter(isMade);
  const rest = tags.filter((tag) => !isMade(tag));
  const listed: Row = { kind: "undeclared-tags", reason: "nothing-declared", ...place, tags: rest };
  if (deleted.length === 0) return [listed];
  const row = { ...place, tags: deleted, of };
  const refused: Row = { kind: "blocked-deletions", reason: "nothing-declared", ...row, error: nothingSelected(row) };
  return rest.length === 0 ? [refused] : [refused, listed];
}

function nothingSelected({ repository, tags }: Place & { tags: readonly string[] }): ErrorReport {
  return {
    code: "NOTHING_DECLARED",
    side: "target",
    operation: "delete tags of",
    reference: repository,
    message: `the tag rules that prune here select no tag, so ${tags.length === 1 ? "their only tag" : `all ${tags.length} of their tags`} would be deleted`,
    hint: "run plan --explain to see why. To delete the tags anyway, remove the entry from the mirror file and delete them in ECR",
  };
}
