import type { Plan, Row } from "../plan/plan.ts";
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
    case "blocked-repository":
    case "warning":
    case "left-out":
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
      return [];
    case "action":
      if (row.action.kind !== "copy-image") return [];
      return [{ ...row.action, state: done.has(row.action.id) ? "mirrored" : "not-mirrored" }];
    case "unchanged":
    case "held-by-lock":
      return [{ ...row, state: "mirrored" }];
    case "kept":
      if (row.reason !== "not-checked") return [];
      return [{ ...row, state: "kept" }];
    case "blocked":
    case "archived":
    case "failed":
      // These are about the referrers of an image. The image has a row of its own.
      if (row.reason === "referrer-tag-immutable" || row.reason === "referrers-unread") return [];
      return [{ ...row, state: "not-mirrored" }];
  }
}
