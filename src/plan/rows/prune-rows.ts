import type { ActualTarget } from "../../actual/actual.ts";
import type { PruneMatches } from "../../actual/prune-matches.ts";
import { backedUpTagOf } from "../../desired/entries/backup-template.ts";
import type { DesiredImage, EntryTemplate } from "../../desired/mirror-file.ts";
import { couldHaveMade, goingTo } from "../../desired/tags/tag-template.ts";
import { isManaged } from "../../repository/ownership.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Declared } from "../declared.ts";
import type { ImageRow, Row, UndeclaredTagsRow } from "./row.ts";
import { repositoryOf } from "./row-fields.ts";
import { compareText } from "./row-order.ts";

/** From so many tags on a repository is protected from losing too many of them at once. */
const GUARDED_FROM = 10;

/**
 * Of its images' tags at most such a part is deleted unless the repository is named: more is taken for an accident. Tags
 * of signatures and the like go with their image, and would only make the part look smaller than it is.
 */
const MOST_DELETED = 0.3;

/** What pruning follows from, beside what a target holds. */
export interface Pruning {
  /** The entries with `prune: true`. */
  entries: readonly EntryTemplate[];
  /** Those of them that choose no image at all in this run. */
  empty: readonly EntryTemplate[];
  /** Entries of which it is not known in this run which tags they declare. */
  unresolved: readonly EntryTemplate[];
  /** By target and repository the tags that the repository's `pruneTags` match. */
  matches: PruneMatches;
  /** Repositories in which more may be deleted than the guard lets pass. */
  allowed: ReadonlySet<string>;
}

/**
 * What becomes of the tags that nothing declares, in the repositories with this file's mark and in those that the plan
 * adopts: `apply` deletes when the adoption is done, and reads the mark again. A tag is deleted where an
 * entry of the repository prunes, and either a pruning entry could have made the tag or `pruneTags` match it; where all
 * of the repository was looked at in this run, and all of it could be resolved; and not too many at once. Else a row
 * says that there are some, and why they stay.
 * @param images those of the target that are looked at in this run
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
    // An entry that could not be read may declare all that is there.
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
    const isPrunable = prunableTags(repository, entries, wanted, matched, needed);
    const isKeptBackup = (tag: string) => !isPrunable(tag) && (needed.has(tag) || isBackup(tag, wanted));
    const rest = undeclared.filter((tag) => !isPrunable(tag) && !isKeptBackup(tag));
    return [
      ...deletions(place, undeclared.filter(isPrunable), tags, pruning.allowed),
      ...stay("backup", place, undeclared.filter(isKeptBackup)),
      ...stay("not-made-here", place, rest),
    ];
  });
}

interface Place {
  target: string;
  repository: string;
}

/** A tag that may not move is known all the same; what the lock does not have is not. */
function isUnresolved(row: ImageRow): boolean {
  switch (row.kind) {
    case "failed-image":
    case "kept-image":
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

/** Which of a repository's undeclared tags go. A backup that this plan needs never does. */
function prunableTags(
  repository: string,
  entries: readonly EntryTemplate[],
  wanted: readonly DesiredImage[],
  matched: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): (tag: string) => boolean {
  const isMade = (tag: string) => entries.some((entry) => couldHaveMade(entry, repository, tag));
  return (tag) => !needed.has(tag) && (matched.has(tag) || (isMade(tag) && !isBackup(tag, wanted)));
}

/** The backup tags that this plan's replacements make, or have made before. */
function backupsOf(rows: readonly ImageRow[]): Set<string> {
  return new Set(
    rows.flatMap((row) =>
      row.kind === "action" && row.action.kind === "copy-image" ? (row.action.replace?.backupTag ?? []) : [],
    ),
  );
}

/** A backup would not be one if the next run took it away: it goes only where `pruneTags` say so. */
function isBackup(tag: string, images: readonly DesiredImage[]): boolean {
  const templates = new Set(images.flatMap(({ replace }) => replace?.backup ?? []));
  return [...templates].some((template) => backedUpTagOf(template, tag) !== undefined);
}

function deletions(
  place: Place,
  doomed: readonly string[],
  tags: ReadonlyMap<string, Digest>,
  allowed: ReadonlySet<string>,
): Row[] {
  const { target, repository } = place;
  const of = [...tags.keys()].filter((tag) => !isReferrerTag(tag)).length;
  const isTooMany = tags.size >= GUARDED_FROM && doomed.length > of * MOST_DELETED;
  if (isTooMany && !allowed.has(repository)) {
    const row = { ...place, tags: [...doomed], of };
    return [{ kind: "blocked-deletions", reason: "too-many", ...row, error: tooMany(row) }];
  }
  return doomed.map((tag) => ({
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
    message: `${tags.length} of its ${of} tags are no longer declared, which is more than ${MOST_DELETED * 100} %`,
    hint: `If that is meant, run with --allow-deletions ${repository}.`,
  };
}

/**
 * A repository in which nothing is declared any more is listed, with or without tags. Where that is because the rule of an
 * entry that prunes chooses nothing, it would lose all that was mirrored: whatever went wrong there, that is refused.
 */
function nothingDeclared(place: Place, tags: readonly string[], of: number, empty: readonly EntryTemplate[]): Row[] {
  const { repository } = place;
  const doomed = tags.filter((tag) => empty.some((entry) => couldHaveMade(entry, repository, tag)));
  const rest = tags.filter((tag) => !doomed.includes(tag));
  const listed: Row = { kind: "undeclared-tags", reason: "nothing-declared", ...place, tags: rest };
  if (doomed.length === 0) return [listed];
  const row = { ...place, tags: doomed, of };
  const refused: Row = { kind: "blocked-deletions", reason: "nothing-declared", ...row, error: allOfIt(row) };
  return rest.length === 0 ? [refused] : [refused, listed];
}

function allOfIt({ repository, tags }: Place & { tags: readonly string[] }): ErrorReport {
  return {
    code: "NOTHING_DECLARED",
    side: "target",
    operation: "delete tags of",
    reference: repository,
    message: `the rules that prune here choose no image at all, so ${tags.length === 1 ? "its tag would go" : `all ${tags.length} tags of theirs would go`}`,
    hint: "See with plan --explain why nothing is chosen. If it is meant, delete the tags in ECR, or take the entry out of the file.",
  };
}
