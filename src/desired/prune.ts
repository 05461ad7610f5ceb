import type { PlacedEntry } from "./expand.ts";
import { below } from "./pointer.ts";
import type { ProblemLog } from "./problem-log.ts";
import type { ReadTarget } from "./targets.ts";

/** Reports entries that prune, and go to no target where that is possible: only ECR says whose a repository is. */
export function checkPruning(entries: readonly PlacedEntry[], targets: readonly ReadTarget[], log: ProblemLog): void {
  for (const { entry, pointer } of entries) {
    const chosen = targets.filter(({ target }) => entry.targets?.has(target.name) ?? true);
    if (entry.options.prune !== true || chosen.length === 0) continue;
    if (chosen.some(({ target }) => target.kind === "ecr")) continue;
    log.add(below(pointer, "prune"), {
      message: "no target of this image is an ecr target, and nowhere else is it known whose tags they are",
      hint: "take prune out, or send the image to an ecr target too",
      at: "key",
    });
  }
}
