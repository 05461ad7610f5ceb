import type { Action, CopyImage } from "../../../plan/action.ts";
import type { Row } from "../../../plan/plan.ts";
import { heldByLockCells, lockBlockedCells, withUpstream } from "./lock-cells.ts";
import { platformMissingCells, unchangedCells } from "./platform-cells.ts";
import { leftOutCells, referrerCells } from "./referrer-cells.ts";
import { repositoryActionCells, repositoryRowCells } from "./repository-cells.ts";
import type { Style } from "../text/style.ts";
import { undeclaredCells } from "./undeclared-cells.ts";
import { formatBytes, plural } from "../text/units.ts";
import type { RowCells } from "./cells.ts";

/** The cells of a row; undefined for rows that are not shown. */
export function rowCells(row: Row, style: Style, familiar: (source: string) => string): RowCells | undefined {
  switch (row.kind) {
    case "unchanged":
      return unchangedCells(row, style, familiar);
    case "action":
      return actionCells(row.action, style, familiar);
    case "held-by-lock":
      return heldByLockCells(row, style, familiar);
    case "blocked":
      if (row.reason === "platform-missing") return platformMissingCells(row, style, familiar);
      if (!("want" in row)) return lockBlockedCells(row, style, familiar);
      return {
        symbol: "!",
        paint: style.problem,
        columns: [
          row.tag,
          `from ${familiar(row.source)}`,
          `${style.digest(row.have)} -> ${digestAfter(row.want, row.platforms, style)}`,
          "",
          row.reason === "tag-immutable"
            ? `immutable: cannot move. ${row.error.hint ?? ""}`
            : "immutable: signatures cannot follow. Except sha256-* in tagMutability",
        ],
      };
    case "failed":
      return {
        symbol: "!",
        paint: style.problem,
        columns: [row.tag, `from ${familiar(row.source)}`, "", "", FAILURES[row.reason]],
        error: row.error,
      };
    case "kept":
      return {
        symbol: "?",
        paint: style.change,
        columns: [
          row.tag,
          `from ${familiar(row.source)}`,
          style.digest(row.have),
          "",
          row.reason === "not-checked"
            ? "not checked, kept: the pull allowance is spent"
            : "referrers not checked, kept: the pull allowance is spent",
        ],
      };
    case "left-out":
      return leftOutCells(row, style, familiar);
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
      return undeclaredCells(row, style);
    case "archived":
      return {
        symbol: "!",
        paint: style.problem,
        columns: [
          row.tag,
          `from ${familiar(row.source)}`,
          style.digest(row.have),
          "",
          "archived: cannot be pulled. Restore it in ECR, or take it out",
        ],
      };
    case "foreign-repository":
    case "blocked-repository":
    case "warning":
      return repositoryRowCells(row, style);
  }
}

function actionCells(action: Action, style: Style, familiar: (source: string) => string): RowCells {
  const create = { symbol: "+" as const, paint: style.create };
  const change = { symbol: "~" as const, paint: style.change };
  switch (action.kind) {
    case "copy-image": {
      const look = action.precondition === null ? create : change;
      const reason = `${withUpstream(COPY_REASONS[action.reason], action)}${replacing(action)}`;
      const before = action.precondition === null ? "" : `${style.digest(action.precondition)} -> `;
      const digests = `${before}${digestAfter(action.digest, action.platforms, style)}`;
      return { ...look, columns: [action.tag, `from ${familiar(action.source)}`, digests, content(action), reason] };
    }
    case "copy-referrers": {
      const from = `referrers from ${familiar(action.source)}`;
      const { look, content: amount, why } = referrerCells(action, style);
      return { ...look, columns: [action.tag, from, style.digest(action.digest), amount, why] };
    }
    case "delete-tag": {
      const columns = [action.tag, "", style.digest(action.precondition), "", "no longer declared"];
      return { symbol: "-", paint: style.problem, columns };
    }
    default:
      return repositoryActionCells(action, style);
  }
}

const FAILURES: Readonly<Record<Extract<Row, { kind: "failed" }>["reason"], string>> = {
  unresolved: "could not be read",
  "referrers-unread": "its referrers could not be read",
  "moved-since-plan": "not what was planned any more",
};

const COPY_REASONS: Readonly<Record<CopyImage["reason"], string>> = {
  "new-tag": "new tag",
  "tag-moved": "the source has another digest",
  "pin-changed": "another digest is pinned",
  "platforms-changed": "other platforms are chosen",
  "lock-changed": "another digest is locked",
};

/**
 * An index of chosen platforms is made when its source's has been read, which a plan does not do: it would be a pull.
 * Which content a reviewer agrees to, the source's digest says.
 */
function digestAfter(source: string, platforms: readonly string[] | undefined, style: Style): string {
  return platforms === undefined ? style.digest(source) : `known after apply (of ${style.digest(source)})`;
}

function replacing({ replace }: CopyImage): string {
  if (replace === undefined) return "";
  return `; replaced: absent for a moment, the old image stays as ${replace.backupTag}`;
}

function content(action: CopyImage): string {
  if (action.platforms !== undefined) return action.platforms.join(", ");
  if (action.content === undefined) return "known at apply";
  return `${plural(action.content.platforms, "platform")}, ${formatBytes(action.content.bytes)}`;
}
