import type { Plan } from "../plan/plan.ts";
import type { Row } from "../plan/rows/row.ts";
import type { MirroredImage, Outcome } from "./report.ts";

/** Lists every image of the plan with its mirrored URI, in the order of the mirror file. */
export function mirroredImages(
  plan: Plan,
  outcomes: readonly Outcome[],
  uri: (target: string, repository: string, tag: string) => string,
): MirroredImage[] {
  const done = new Set(
    outcomes.filter(({ result }) => result === "done" || result === "already-done").map(({ action }) => action.id),
  );
  return plan.targets
    .flatMap((target) => target.rows)
    .flatMap((row) => imageOf(row, done))
    .toSorted((a, b) => a.order - b.order)
    .map(({ source, target, repository, tag, state }) => ({
      source,
      target,
      uri: uri(target, repository, tag),
      state,
    }));
}

interface ImageState {
  source: string;
  target: string;
  repository: string;
  tag: string;
  order: number;
  state: MirroredImage["state"];
}

function imageOf(row: Row, done: ReadonlySet<string>): ImageState[] {
  switch (row.kind) {
    case "foreign-repository":
    case "blocked-adoption":
    case "blocked-encryption":
    case "lifecycle-warning":
    case "stale-repository":
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
    case "stale-tag":
    // The image itself has a row of its own.
    case "kept-referrers":
    case "failed-referrers":
    case "refused-referrers":
    case "left-out-referrers":
    case "blocked-referrer-tag":
    case "stale-referrers":
      return [];
    case "action":
      if (row.action.kind !== "copy-image") return [];
      return [{ ...row.action, state: done.has(row.action.id) ? "mirrored" : "not-mirrored" }];
    case "unchanged":
    case "held-by-lock":
      return [{ ...row, state: "mirrored" }];
    case "kept-image":
      return [{ ...row, state: "kept" }];
    case "blocked-tag":
    case "blocked-platforms":
    case "blocked-by-lock":
    case "archived":
    case "postponed-image":
    case "failed-image":
    case "stale-image":
      return [{ ...row, state: "not-mirrored" }];
  }
}
