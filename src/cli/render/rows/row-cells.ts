import { abbreviateDigest } from "../../../oci/digest.ts";
import { isRepositoryAction, type Action, type CopyImage } from "../../../plan/action.ts";
import { isIndexType } from "../../../oci/media-type.ts";
import { selects, type Choice } from "../../../oci/platforms/selection.ts";
import type { ImagePlace, Row, StaleRow } from "../../../plan/rows/row.ts";
import { blockedByLockCells, heldByLockCells, withUpstream } from "./lock-cells.ts";
import { blockedPlatformsCells, unchangedCells } from "./platform-cells.ts";
import { copyReferrersCells, leftOutReferrersCells, refusedReferrersCells } from "./referrer-cells.ts";
import { repositoryActionCells, repositoryRowCells } from "./repository-cells.ts";
import { fromSource } from "../text/familiar.ts";
import type { Style } from "../text/style.ts";
import { tagsCells } from "./tags-cells.ts";
import { formatBytes, plural } from "../text/units.ts";
import type { Cells } from "./cells.ts";

/** Returns the cells of a row; undefined if the row is not shown. */
export function rowCells(row: Row, style: Style): Cells | undefined {
  const problem = { sign: "!", paint: style.problem } as const;
  switch (row.kind) {
    case "action":
      return actionCells(row.action, style);
    case "unchanged":
      return unchangedCells(row, style);
    case "held-by-lock":
      return heldByLockCells(row, style);
    case "archived": {
      const reason = "archived, so it cannot be pulled: restore it in ECR, or remove it from the mirror file";
      return { ...problem, ...imageCells(row), digest: abbreviateDigest(row.have), reason };
    }
    // One message for all of them follows the rows (pull-limit-text.ts).
    case "kept-image":
    case "kept-referrers":
    case "postponed-image":
      return undefined;
    case "blocked-tag": {
      const digest = `${abbreviateDigest(row.have, row.want)} -> ${digestAfter(row.want, row, row.have)}`;
      return { ...problem, ...imageCells(row), digest, reason: `tag is immutable: ${row.error.hint ?? ""}` };
    }
    case "blocked-referrer-tag": {
      const digest = `${abbreviateDigest(row.have, row.want)} -> ${abbreviateDigest(row.want, row.have)}`;
      const reason = "tag of referrers is immutable: add sha256-* to tagMutability.except";
      return { ...problem, ...imageCells(row), digest, reason };
    }
    case "blocked-platforms":
      return blockedPlatformsCells(row, style);
    case "blocked-by-lock":
      return blockedByLockCells(row, style);
    case "failed-image":
      return { ...problem, ...imageCells(row), reason: "could not be read", error: row.error };
    case "failed-referrers":
      return { ...problem, ...imageCells(row), reason: "referrers could not be read", error: row.error };
    case "stale-image":
    case "stale-referrers":
    case "stale-tag":
    case "stale-repository":
      return { ...problem, ...staleCells(row), reason: "changed since the plan", error: row.error };
    case "refused-referrers":
      return refusedReferrersCells(row, style);
    case "left-out-referrers":
      return leftOutReferrersCells(row, style);
    case "blocked-deletions":
    case "undeclared-tags":
    case "unlisted-tags":
      return tagsCells(row, style);
    case "foreign-repository":
    case "blocked-adoption":
    case "blocked-encryption":
    case "lifecycle-warning":
      return repositoryRowCells(row, style);
  }
}

/** Returns the cells that name an image and its source. */
function imageCells({ tag, source }: Pick<ImagePlace, "tag" | "source">): Pick<Cells, "name" | "detail"> {
  return { name: tag, detail: fromSource(source) };
}

function staleCells(row: StaleRow): Pick<Cells, "name" | "detail"> {
  switch (row.kind) {
    case "stale-image":
      return imageCells(row);
    case "stale-referrers":
      return { name: row.tag, detail: `referrers ${fromSource(row.source)}` };
    case "stale-tag":
      return { name: row.tag };
    case "stale-repository":
      return { name: "repository" };
  }
}

function actionCells(action: Action, style: Style): Cells {
  if (isRepositoryAction(action)) return repositoryActionCells(action, style);
  switch (action.kind) {
    case "copy-image": {
      const { digest, precondition } = action;
      const isNew = precondition === null;
      const before = precondition === null ? "" : `${abbreviateDigest(precondition, digest)} -> `;
      return {
        sign: isNew ? "+" : "~",
        paint: isNew ? style.create : style.change,
        name: action.tag,
        detail: fromSource(action.source),
        digest: `${before}${isIndexType(action.mediaType) ? digestAfter(digest, action, precondition) : abbreviateDigest(digest, precondition)}`,
        size: sizeOf(action),
        reason: `${withUpstream(reasonOf(action), action)}${unknownPlatform(action)}${replacing(action)}`,
      };
    }
    case "copy-referrers":
      return copyReferrersCells(action, style);
    case "delete-tag": {
      const digest = abbreviateDigest(action.precondition);
      return { sign: "-", paint: style.problem, name: action.tag, digest, reason: "no longer in the mirror file" };
    }
  }
}

const COPY_REASONS: Readonly<Record<CopyImage["reason"], string>> = {
  "new-tag": "new tag",
  "tag-moved": "source has a different digest",
  "pin-changed": "different digest pinned",
  "platforms-changed": "selected platforms changed",
  "lock-changed": "different digest locked",
};

function reasonOf({ reason, attestations }: CopyImage): string {
  return reason === "platforms-changed" && attestations === false
    ? "selected platforms or attestations changed"
    : COPY_REASONS[reason];
}

/**
 * Returns the digest that a tag gets. That of an index of a part is unknown until the source index has been
 * read, which would use a pull. The source's digest tells a reviewer which content it is.
 * @param before the digest that it is compared with
 */
function digestAfter(source: string, choice: Choice, before: string | null): string {
  const shown = abbreviateDigest(source, before);
  return selects(choice) ? `known after apply (of ${shown})` : shown;
}

/** Says that only `apply` finds out the platform. It is in a blob, and an artifact has none. */
function unknownPlatform({ mediaType, platforms }: CopyImage): string {
  return platforms === undefined || isIndexType(mediaType) ? "" : "; not an index: apply checks its platform";
}

function replacing({ replace }: CopyImage): string {
  if (replace === undefined) return "";
  return `; replaced: missing for a moment, old image kept as ${replace.backupTag}`;
}

function sizeOf(action: CopyImage): string {
  if (selects(action)) {
    const left = action.attestations === false ? ["without attestations"] : [];
    return [...(action.platforms ?? []), ...left].join(", ");
  }
  if (action.content === undefined) return "known after apply";
  return `${plural(action.content.platforms, "platform")}, ${formatBytes(action.content.bytes)}`;
}
