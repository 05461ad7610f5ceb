import type { PlacedEntry } from "./expand-listed.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { keepsRepositories } from "../places/target.ts";
import type { ReadTarget } from "../places/targets.ts";

/** Reports entries that set `prune` but have no ECR target. Only ECR records which mirror file owns a repository. */
export function checkPruning(entries: readonly PlacedEntry[], targets: readonly ReadTarget[], log: ProblemLog): void {
  for (const { entry, pointer } of entries) {
    const entryTargets = targets.filter(({ target }) => entry.targets?.has(target.name) ?? true);
    if (entry.options.prune !== true || entryTargets.length === 0) continue;
    if (entryTargets.some(({ target }) => keepsRepositories(target))) continue;
    log.add(below(pointer, "prune"), {
      message: '"prune" requires an ecr target, and this entry has none',
      hint: 'remove "prune", or add an ecr target to this entry',
      at: "key",
    });
  }
}
