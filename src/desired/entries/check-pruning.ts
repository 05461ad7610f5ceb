import type { PlacedEntry } from "./expand-listed.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import type { ReadTarget } from "../places/targets.ts";

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
