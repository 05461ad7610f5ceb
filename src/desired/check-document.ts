import { listedImages, type DesiredEntry } from "./entries/desired-entry.ts";
import { readEntry } from "./entries/read-entry.ts";
import { expandEntries, type PlacedEntry } from "./entries/expand-listed.ts";
import type { MirrorFileDocument } from "./generated/mirror-file-schema.ts";
import { below } from "./text/pointer.ts";
import { policyReader } from "./places/read-policy.ts";
import type { ProblemLog } from "./text/problem-log.ts";
import { checkPruning } from "./entries/check-pruning.ts";
import { checkBackups } from "./entries/check-backups.ts";
import { readSettings } from "./places/read-settings.ts";
import { readSources, type Source } from "./places/sources.ts";
import { hasDates } from "./tags/tag-rule.ts";
import { readTargets, type Target } from "./places/targets.ts";

/** What a mirror file means. */
interface Desired {
  targets: Target[];
  sources: ReadonlyMap<string, Source>;
  entries: DesiredEntry[];
}

/**
 * Checks the meaning of a document, and expands it. What `log` knows to be unsound is left out.
 * @param folder the mirror file's own
 * @param writtenAt the text at a pointer before variables were put in
 */
export async function checkDocument(
  document: MirrorFileDocument,
  folder: string,
  writtenAt: (pointer: string) => string | undefined,
  log: ProblemLog,
): Promise<Desired> {
  const policies = policyReader(folder);
  const declared = log.isBroken("/targets") ? undefined : document.targets;
  const sources = readSources(document.sources, folder, log);
  const targets = await readTargets(declared ?? {}, folder, policies, log);
  const common = await readSettings(document.repositories, "/repositories", policies, log);
  // A layout that stands for a registry has no dates of its tags.
  const givesDates = (registry: string) => hasDates(registry) && sources.get(registry)?.layout === undefined;
  const entries: PlacedEntry[] = [];
  for (const [index, mirror] of (log.isBroken("/mirrors") ? [] : document.mirrors).entries()) {
    const pointer = below("/mirrors", index);
    if (log.isBroken(pointer)) continue;
    const written = writtenAt(below(pointer, "image"));
    const entry = await readEntry(mirror, pointer, written, declared && Object.keys(declared), givesDates, log);
    const settings = await readSettings(mirror.repositories, below(pointer, "repositories"), policies, log);
    entries.push({ entry, pointer, index, settings });
  }
  const expanded = expandEntries(entries, targets, common, log);
  checkBackups(entries, listedImages(expanded), log);
  checkPruning(entries, targets, log);
  return { targets: targets.map(({ target }) => target), sources, entries: expanded };
}
