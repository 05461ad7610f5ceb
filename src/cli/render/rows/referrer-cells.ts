import { abbreviateDigest } from "../../../oci/digest.ts";
import type { CopyReferrers } from "../../../plan/action.ts";
import { plainText } from "../../../plain-text.ts";
import type { LeftOutReferrersRow, RefusedReferrersRow } from "../../../plan/rows/row.ts";
import type { Cells } from "./cells.ts";
import { fromSource } from "../text/familiar.ts";
import type { Style } from "../text/style.ts";
import { plural } from "../text/units.ts";

const REASONS: Readonly<Record<CopyReferrers["reason"], string>> = {
  "new-referrers": "new signatures or other referrers",
  "referrers-moved": "signatures or other referrers changed upstream",
  "known-at-apply": "looked up during apply",
};

/** Returns the cells of an action on referrers. A mere lookup is for information. */
export function copyReferrersCells(action: CopyReferrers, style: Style): Cells {
  const { work, isComplete, reason } = action;
  const known = new Set(work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags]).map(({ digest }) => digest));
  const counted = known.size === 0 ? "known after apply" : plural(known.size, "referrer");
  const more = isComplete || known.size === 0 ? "" : " or more";
  return {
    ...looks(style)[reason],
    name: action.tag,
    detail: `referrers ${fromSource(action.source)}`,
    digest: abbreviateDigest(action.digest),
    size: `${counted}${more}`,
    reason: REASONS[reason],
  };
}

/** Returns the cells of referrers that a target refused to store. */
export function refusedReferrersCells(row: RefusedReferrersRow, style: Style): Cells {
  return skippedCells(row, row.refused.length, "skipped: the target refused them, or their type is not copied", style);
}

/** Most digests that a row names. */
const NAMED_AT_MOST = 3;

/** Returns the cells of referrers that are left out. */
export function leftOutReferrersCells(row: LeftOutReferrersRow, style: Style): Cells {
  const names = row.leftOut.slice(0, NAMED_AT_MOST).map((digest) => abbreviateDigest(digest));
  const more = row.leftOut.length > names.length ? ` and ${row.leftOut.length - names.length} more` : "";
  const reason =
    row.reason === "referrers-gone"
      ? `left out: listed at the source, which no longer has ${names.join(", ")}${more}`
      : `left out: mirrorform does not copy ${typesText(row.mediaTypes)}`;
  return skippedCells(row, row.leftOut.length, reason, style);
}

function skippedCells(
  { tag, source }: { tag: string; source: string },
  count: number,
  reason: string,
  { quiet: paint }: Style,
): Cells {
  const detail = `referrers ${fromSource(source)}`;
  return { sign: "*", paint, name: tag, detail, size: plural(count, "referrer"), reason };
}

/** Limits for a list of types, which a registry can name in any number and length. */
const TYPES_SHOWN = 3;
const TYPE_LENGTH = 100;

function typesText(types: readonly string[]): string {
  const shown = types.slice(0, TYPES_SHOWN).map((type) => plainText(type.slice(0, TYPE_LENGTH)));
  const more = types.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more types` : ""}`;
}

function looks(style: Style): Readonly<Record<CopyReferrers["reason"], Pick<Cells, "sign" | "paint">>> {
  return {
    "new-referrers": { sign: "+", paint: style.create },
    "referrers-moved": { sign: "~", paint: style.change },
    "known-at-apply": { sign: "*", paint: style.quiet },
  };
}
