import type { Clock } from "../clock.ts";
import { listAndSelectTags } from "../desired/tags/list-and-select-tags.ts";
import { expandSteps, type ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { LockLines } from "../desired/lock/lock-text.ts";
import { lockedSteps } from "../desired/lock/locked-rules.ts";
import type { DesiredEntry, MirrorFile } from "../desired/mirror-file.ts";
import type { ErrorReport } from "../errors.ts";
import type { Connections } from "./connections.ts";
import { inSlices } from "../slices.ts";
import type { PlanSteps } from "./plan-steps.ts";
import { listTagsWith } from "./list-source-tags.ts";

/** Why targets could not be opened, by name. */
export type Unopened = ReadonlyMap<string, ErrorReport>;

/**
 * Expands entries to images. Uses the lock file if there is one, or else lists tags at the sources. An entry whose targets
 * could all not be opened has their error instead of images, because no target could use what the source lists.
 */
export async function expand(
  { entries }: MirrorFile,
  lock: LockLines | undefined,
  connections: Connections,
  unopened: Unopened,
  steps: PlanSteps,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ExpandedEntry[]> {
  if (lock !== undefined) return inSlices(lockedSteps(entries, lock), signal);
  const usable = entries.filter((entry) => unusable(entry, unopened) === undefined);
  const select = await listAndSelectTags(usable, listTagsWith(connections, steps), clock.now(), signal);
  return inSlices(
    expandSteps(entries, function* (entry) {
      return unusable(entry, unopened) ?? (yield* select(entry));
    }),
    signal,
  );
}

/** Returns the error of an entry without any open target. */
export function unusable({ targets }: Pick<DesiredEntry, "targets">, unopened: Unopened): ErrorReport | undefined {
  const errors = targets.map(({ target }) => unopened.get(target.name));
  return errors.includes(undefined) ? undefined : errors[0];
}
