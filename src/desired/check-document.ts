import { listedImages, type DesiredEntry } from "./entries/desired-entry.ts";
import { readEntry } from "./entries/read-entry.ts";
import { expandEntries, type PlacedEntry } from "./entries/expand-listed.ts";
import type { MirrorFileDocument } from "./generated/mirror-file-schema.ts";
import { canonicalRegistry } from "../oci/reference.ts";
import { below } from "./text/pointer.ts";
import { policyReader } from "./places/read-policy.ts";
import type { ProblemLog } from "./text/problem-log.ts";
import { checkPruning } from "./entries/check-pruning.ts";
import { checkBackups } from "./entries/check-backups.ts";
import { readSettings } from "./places/read-settings.ts";
import { checkSources } from "./places/check-sources.ts";
import { knownHosts } from "./entries/destination-host.ts";
import { checkLayoutLinks } from "./places/check-layout-links.ts";
import { readSources, type Source } from "./places/sources.ts";
import { createPause, inSlices } from "../slices.ts";
import { expressionReader } from "./tags/expressions.ts";
import { hasDates } from "./tags/tag-rule.ts";
import type { Target } from "./places/target.ts";
import { readTargets } from "./places/targets.ts";

/** The targets, sources and entries that a mirror file declares. */
interface Desired {
  targets: Target[];
  sources: ReadonlyMap<string, Source>;
  entries: DesiredEntry[];
}

/**
 * Checks the semantics of a document and expands its entries. Skips the parts that `log` reports as invalid.
 * @param folder the mirror file's folder
 * @param writtenAt returns the text at a pointer, before variable expansion
 * @throws the reason of the signal if it is aborted
 */
export async function checkDocument(
  document: MirrorFileDocument,
  folder: string,
  writtenAt: (pointer: string) => string | undefined,
  log: ProblemLog,
  signal?: AbortSignal,
): Promise<Desired> {
  const readers = { policies: policyReader(folder), expressions: expressionReader() };
  const declared = log.isInvalid("/targets") ? undefined : document.targets;
  const sources = readSources(document.sources, folder, log);
  const targets = await readTargets(declared ?? {}, folder, readers, log);
  const common = await readSettings(document.repositories, "/repositories", readers, log);
  // A layout that replaces a registry has no push dates.
  const reportsPushDates = (registry: string) => hasDates(registry) && sources.get(registry)?.layout === undefined;
  const hosts = knownHosts(targets, sources.keys());
  const { expressions } = readers;
  const context = { targetNames: declared && Object.keys(declared), hosts, reportsPushDates, expressions };
  const entries: PlacedEntry[] = [];
  const pause = createPause(signal);
  for (const [index, mirror] of (log.isInvalid("/mirrors") ? [] : document.mirrors).entries()) {
    const pointer = below("/mirrors", index);
    if (log.isInvalid(pointer)) continue;
    const written = writtenAt(below(pointer, "image"));
    const entry = await readEntry(mirror, pointer, written, context, log);
    const settings = await readSettings(mirror.repositories, below(pointer, "repositories"), readers, log);
    entries.push({ entry, pointer, index, settings });
    await pause();
  }
  const expanded = await inSlices(expandEntries(entries, targets, common, log), signal);
  await pause();
  if (!log.isInvalid("/mirrors") && entries.length === document.mirrors.length)
    checkSources(document.sources, sources, entries, log);
  const targetNames = targets.map(({ target }) => target.name);
  await inSlices(checkBackups(entries, targetNames, listedImages(expanded), log), signal);
  checkPruning(entries, targets, log);
  await pause();
  const desired = { targets: targets.map(({ target }) => target), sources, entries: expanded };
  const sourceKeys = new Map(Object.keys(document.sources ?? {}).map((key) => [canonicalRegistry(key), key]));
  await checkLayoutLinks(desired, sourceKeys, log);
  return desired;
}
