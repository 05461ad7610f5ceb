import type { ActualTarget } from "../actual/actual.ts";
import type { PruneMatches } from "../actual/prune-matches.ts";
import { backedUpTagOf } from "../desired/backup-template.ts";
import type { DesiredImage, EntryTemplate } from "../desired/mirror-file.ts";
import { couldGoTo, couldHaveMade } from "../desired/tag-template.ts";
import { OWNERSHIP_TAG } from "../ecr/settings.ts";
import type { ErrorReport } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { Declared } from "./declared.ts";
import { isReferrerTag } from "./referrer-tag.ts";
import type { Row } from "./plan.ts";
import { compareText, repositoryOf } from "./row-order.ts";

/** From so many tags on a repository is protected from losing too many of them at once. */
const GUARDED_FROM = 10;

/** Of these, at most such a part is deleted unless the repository is named: more is taken for an accident. */
const MOST_DELETED = 0.3;

/** What pruning follows from, beside what a target holds. */
export interface Pruning {
  /** The entries with `prune: true`. */
  entries: readonly EntryTemplate[];
  /** Entries of which it is not known in this run which tags they declare. */
  unresolved: readonly EntryTemplate[];
  /** By target and repository the tags that the repository's `pruneTags` match. */
  matches: PruneMatches;
  /** Repositories in which more may be deleted than the guard lets pass. */
  allowed: ReadonlySet<string>;
}

/**
 * What becomes of the tags that nothing declares, in the repositories of this file's mark. A tag is deleted where an
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
  imageRows: readonly Row[],
  declared: Declared,
  pruning: Pruning,
): Row[] {
  const wantedIn = Map.groupBy(images, ({ repository }) => repository);
  const rowsIn = Map.groupBy(imageRows, repositoryOf);
  return [...(target.allTags ?? [])].flatMap(([repository, held]) => {
    if (target.repositories?.get(repository)?.tags[OWNERSHIP_TAG] !== owner) return [];
    const isOfIt = (entry: EntryTemplate) => entry.targets.includes(target.name) && couldGoTo(entry, repository);
    const entries = pruning.entries.filter(isOfIt);
    const place = { target: target.name, repository };
    if (!(held instanceof Map)) return unlisted(place, held as ErrorReport, entries.length > 0);
    const tags = held as ReadonlyMap<string, Digest>;
    const undeclared = [...tags.keys()]
      .filter((tag) => !declared.isDeclared(target.name, repository, tag) && !isReferrerTag(tag))
      .toSorted(compareText);
    const wanted = wantedIn.get(repository) ?? [];
    const rows = rowsIn.get(repository) ?? [];
    const count = declared.count(target.name, repository);
    if (entries.length === 0 || count === 0) return stay("no-prune", place, undeclared);
    if (new Set(wanted.map(({ tag }) => tag)).size < count) return stay("narrowed", place, undeclared);
    const isUnclear = pruning.unresolved.some(isOfIt) || rows.some(isUnresolved);
    if (isUnclear) return stay("unresolved", place, undeclared);
    const matched = pruning.matches.get(target.name)?.get(repository) ?? new Set<string>();
    const isPrunable = prunableTags(repository, entries, wanted, matched, backupsOf(rows));
    const rest = undeclared.filter((tag) => !isPrunable(tag));
    return [
      ...deletions(place, undeclared.filter(isPrunable), tags, pruning.allowed),
      ...stay("not-made-here", place, rest),
    ];
  });
}

type Undeclared = Extract<Row, { kind: "undeclared-tags" }>;

interface Place {
  target: string;
  repository: string;
}

/** A tag that may not move is known all the same; what the lock does not have is not. */
function isUnresolved(row: Row): boolean {
  return row.kind === "failed" || row.kind === "kept" || (row.kind === "blocked" && row.reason !== "tag-immutable");
}

function stay(reason: Undeclared["reason"], place: Place, tags: readonly string[]): Row[] {
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
function backupsOf(rows: readonly Row[]): Set<string> {
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
  const isTooMany = tags.size >= GUARDED_FROM && doomed.length > tags.size * MOST_DELETED;
  if (isTooMany && !allowed.has(repository)) {
    const row = { ...place, tags: [...doomed], of: tags.size };
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
    operation: "delete tags",
    reference: repository,
    message: `${tags.length} of its ${of} tags are no longer declared, which is more than ${MOST_DELETED * 100} %`,
    hint: `If that is meant, run with --allow-deletions ${repository}.`,
  };
}

/** Where nothing is pruned, that the tags could not be listed is told in the data and makes no plan incomplete. */
function unlisted(place: Place, error: ErrorReport, prunes: boolean): Row[] {
  return [{ kind: "unlisted-tags", reason: prunes ? "unresolved" : "no-prune", ...place, error }];
}
