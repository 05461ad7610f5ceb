import type { ErrorReport } from "../../../errors.ts";

/**
 * The sign at the start of a row: create, change, delete, blocked or failed, not checked, for information, unchanged
 * because of the lock.
 */
export type Sign = "+" | "~" | "-" | "!" | "?" | "*" | "=";

const MEANINGS: Readonly<Record<Sign, string>> = {
  "+": "create",
  "~": "change",
  "-": "delete",
  "!": "blocked or failed",
  "?": "not checked",
  "*": "for information",
  "=": "locked",
};

const SIGNS = Object.keys(MEANINGS) as Sign[];

/** Renders the meaning of each sign that occurs: `+ create, ~ change`. */
export function legendText(used: ReadonlySet<Sign>): string {
  return SIGNS.filter((sign) => used.has(sign))
    .map((sign) => `${sign} ${MEANINGS[sign]}`)
    .join(", ");
}

/** One row of a plan, ready to be laid out as text or Markdown. A cell that is missing is empty. */
export interface Cells {
  sign: Sign;
  /** Colours the sign. */
  paint: (text: string) => string;
  /** The tag, or what else the row is about. */
  name: string;
  /** The source of an image, or the values of a setting. */
  detail?: string;
  digest?: string;
  /** Platforms and bytes, or a number of referrers. */
  size?: string;
  reason: string;
  /** Shown below the row. */
  error?: ErrorReport;
}

/** The columns of a plan, from left to right. */
export const COLUMNS = ["name", "detail", "digest", "size", "reason"] as const;

export type Column = (typeof COLUMNS)[number];
