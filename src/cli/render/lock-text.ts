import { abbreviateDigest } from "../../oci/digest.ts";
import type { LockChange } from "../../desired/lock/change-lock.ts";
import { terminalText } from "../../plain-text.ts";
import { alignColumns } from "./text/columns.ts";
import { renderError } from "./text/error-text.ts";
import { groupErrors } from "./text/group-errors.ts";
import { DEFAULT_WIDTH, firstOf, wrapList } from "./text/wrap-list.ts";
import type { Style } from "./text/style.ts";

/** Renders what `lock` did: a line for each image, then what could not be looked up, then the totals. */
export function renderLockChange(path: string, change: LockChange, isWritten: boolean, style: Style): string {
  const { added, moved, removed, failed, unchanged } = change;
  const rows = [
    ...added.map(({ reference, digest }) => ({
      reference,
      symbol: style.create("+"),
      digests: abbreviateDigest(digest),
    })),
    ...moved.map(({ reference, from, to }) => ({
      reference,
      symbol: style.change("~"),
      digests: `${abbreviateDigest(from, to)} -> ${abbreviateDigest(to, from)}`,
    })),
    ...removed.map(({ reference, digest }) => ({
      reference,
      symbol: style.problem("-"),
      digests: `${abbreviateDigest(digest)}  no longer in the mirror file`,
    })),
  ].toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  const aligned = alignColumns(["reference", "digests"], rows);
  const lines = rows.map(({ symbol }, i) => `${symbol} ${terminalText(aligned[i] ?? "")}\n`);
  const errors = groupErrors(failed, ({ error }) => error).map((group) => {
    const names = group.members.length > 1 ? group.members.map(({ reference }) => reference) : [];
    const list = names.length === 0 ? [] : wrapList("  images: ", firstOf(names), style.width ?? DEFAULT_WIDTH);
    return `${renderError(group.error, style)}${list.map((line) => `${terminalText(line)}\n`).join("")}`;
  });
  const counts = [`${added.length} added`, `${moved.length} moved`, `${removed.length} removed`];
  if (failed.length > 0) counts.push(`${failed.length} could not be looked up and unchanged`);
  const state = isWritten ? "" : " Nothing was written.";
  const total = style.strong(`${path}: ${[...counts, `${unchanged} unchanged`].join(", ")}.${state}`);
  return [...lines, lines.length > 0 ? "\n" : "", ...errors, `${total}\n`].join("");
}
