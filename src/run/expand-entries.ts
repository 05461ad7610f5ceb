import type { Clock } from "../clock.ts";
import { listAndSelectTags } from "../desired/tags/list-and-select-tags.ts";
import { expandSteps, type ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { LockLines } from "../desired/lock/lock-text.ts";
import { lockedSteps } from "../desired/lock/locked-rules.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import type { Connections } from "./connections.ts";
import { inSlices } from "../slices.ts";
import type { PlanSteps } from "./plan-steps.ts";
import { listTagsWith } from "./list-source-tags.ts";

/** Expands entries to images. Uses the lock file if there is one, or else lists tags at the sources. */
export async function expand(
  { entries }: MirrorFile,
  lock: LockLines | undefined,
  connections: Connections,
  steps: PlanSteps,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ExpandedEntry[]> {
  if (lock !== undefined) return inSlices(lockedSteps(entries, lock), signal);
  const select = await listAndSelectTags(entries, listTagsWith(connections, steps), clock.now(), signal);
  return inSlices(expandSteps(entries, select), signal);
}
