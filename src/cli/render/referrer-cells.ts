import type { CopyReferrers } from "../../plan/action.ts";
import { plural } from "./units.ts";

const REASONS: Readonly<Record<CopyReferrers["reason"], string>> = {
  "new-referrers": "signatures or other referrers that the target lacks",
  "referrers-moved": "signatures or other referrers changed upstream",
  "known-at-apply": "looked for when what names them is read",
};

/** What a plan says of an action on referrers: how much there is, and why. */
export function referrerCells({ work, isComplete, reason }: CopyReferrers): { content: string; why: string } {
  const known = new Set(work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags]).map(({ digest }) => digest));
  const counted = known.size === 0 ? "known at apply" : plural(known.size, "referrer");
  const more = isComplete || known.size === 0 ? "" : ", perhaps more";
  return { content: `${counted}${more}`, why: REASONS[reason] };
}
