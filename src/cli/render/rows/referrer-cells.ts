import type { CopyReferrers } from "../../../plan/action.ts";
import type { Row } from "../../../plan/plan.ts";
import type { RowCells } from "./cells.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

const REASONS: Readonly<Record<CopyReferrers["reason"], string>> = {
  "new-referrers": "signatures or other referrers that the target lacks",
  "referrers-moved": "signatures or other referrers changed upstream",
  "known-at-apply": "looked for when what names them is read",
};

/** What a plan says of an action on referrers: how much there is, and why. A mere look is marked as worth knowing. */
export function referrerCells(
  { work, isComplete, reason }: CopyReferrers,
  style: Style,
): { look: Pick<RowCells, "symbol" | "paint">; content: string; why: string } {
  const known = new Set(work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags]).map(({ digest }) => digest));
  const counted = known.size === 0 ? "known at apply" : plural(known.size, "referrer");
  const more = isComplete || known.size === 0 ? "" : ", perhaps more";
  return { look: looks(style)[reason], content: `${counted}${more}`, why: REASONS[reason] };
}

/** The cells of what a target refused to store. */
export function leftOutCells(
  row: Extract<Row, { kind: "left-out" }>,
  style: Style,
  familiar: (source: string) => string,
): RowCells {
  const from = `referrers from ${familiar(row.source)}`;
  const why = "left out: the target refused to store them";
  return { symbol: "*", paint: style.quiet, columns: [row.tag, from, "", plural(row.refused.length, "referrer"), why] };
}

function looks(style: Style): Readonly<Record<CopyReferrers["reason"], Pick<RowCells, "symbol" | "paint">>> {
  return {
    "new-referrers": { symbol: "+", paint: style.create },
    "referrers-moved": { symbol: "~", paint: style.change },
    "known-at-apply": { symbol: "*", paint: style.quiet },
  };
}
