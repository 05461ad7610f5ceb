import type { ActualTarget } from "../../actual/actual.ts";
import { backedUpTagOf, backupNames } from "../../desired/entries/backup-template.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { isManaged } from "../../repository/ownership.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { isTag } from "../../oci/reference.ts";

/** Whether and how an immutable tag can be replaced. */
export type Replacement =
  | { kind: "possible"; backupTag: string }
  /** The entry has no `replace`, this mirror file does not own the repository, or every backup tag exists. */
  | { kind: "not-wanted" | "not-owned" | "no-name" }
  | { kind: "unreadable"; error: ErrorReport };

export interface ReplacementFacts {
  /** Name of the mirror file. */
  owner: string;
  /** The date of the plan in UTC: `20260131`. */
  date: string;
  /** Whether the mirror file declares this tag in the repository. */
  isDeclared: (tag: string) => boolean;
}

/**
 * Finds the backup tag for an image to be replaced: one that already names it, from an interrupted run on any date, or
 * else the first free name. Replacing deletes a tag for a moment, so this is allowed only in a repository that this mirror
 * file owns or adopts first.
 */
export function planReplacement(
  image: DesiredImage,
  target: ActualTarget,
  have: Digest,
  { owner, date, isDeclared }: ReplacementFacts,
): Replacement {
  const template = image.replace?.backup;
  if (template === undefined) return { kind: "not-wanted" };
  const repository = target.repositories?.get(image.repository);
  if (repository === undefined || !isManaged(repository, image.settings, owner)) return { kind: "not-owned" };
  const tags = target.allTags?.get(image.repository);
  if (tags === undefined) return { kind: "not-owned" };
  if (!(tags instanceof Map)) return { kind: "unreadable", error: tags as ErrorReport };
  const held = tags as ReadonlyMap<string, Digest>;
  const known = backupsIn(held, template);
  const [kept] = [...(known.get(image.tag) ?? []), ...(known.get("") ?? [])]
    .filter((tag) => held.get(tag) === have && tag !== image.tag && !isDeclared(tag))
    .toSorted();
  if (kept !== undefined) return { kind: "possible", backupTag: kept };
  const names = backupNames(template, { tag: image.tag, date, digest: have });
  const free = names.find((name) => isTag(name) && !held.has(name) && !isDeclared(name));
  return free === undefined ? { kind: "no-name" } : { kind: "possible", backupTag: free };
}

const backups = new WeakMap<ReadonlyMap<string, Digest>, Map<string, Map<string, string[]>>>();

/**
 * Returns the tags of a repository that a template could have made, by the tag that they back up. Remembers them, because
 * many images share a repository and a template.
 */
function backupsIn(held: ReadonlyMap<string, Digest>, template: string): ReadonlyMap<string, string[]> {
  const ofHeld = backups.get(held) ?? new Map<string, Map<string, string[]>>();
  backups.set(held, ofHeld);
  const known = ofHeld.get(template);
  if (known !== undefined) return known;
  const byTag = new Map<string, string[]>();
  for (const tag of held.keys()) {
    const of = backedUpTagOf(template, tag);
    if (of === undefined) continue;
    const tags = byTag.get(of);
    if (tags === undefined) byTag.set(of, [tag]);
    else tags.push(tag);
  }
  ofHeld.set(template, byTag);
  return byTag;
}
