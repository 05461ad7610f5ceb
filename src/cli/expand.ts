import type { Clock } from "../clock.ts";
import { chooseAll, type ListTags } from "../desired/choose-all.ts";
import { expandRules, type ExpandedEntry } from "../desired/expand-rules.ts";
import type { LockLines } from "../desired/lock-text.ts";
import { expandByLock } from "../desired/locked-rules.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import type { Connections } from "./connections.ts";

/** Makes the images of a mirror file: by its lock where there is one, else by asking the sources of its rules for their tags. */
export async function expand(
  { entries }: MirrorFile,
  lock: LockLines | undefined,
  connections: Connections,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ExpandedEntry[]> {
  if (lock !== undefined) return expandByLock(entries, lock);
  return expandRules(entries, await chooseAll(entries, listFrom(connections), clock.now(), signal));
}

/** Lists tags at the sources themselves. */
export function listFrom(connections: Connections): ListTags {
  return async ({ registry, repository }, { dates }, signal) => {
    if (dates) throw noDates(registry);
    return (await connections.source(registry).listTags(repository, signal)).map((name) => ({ name }));
  };
}

function noDates(registry: string): MirrorError {
  return new MirrorError(`${registry} does not say when a tag was pushed`, {
    code: "UNEXPECTED_RESPONSE",
    side: "source",
    operation: "list tags",
  });
}
