import { terminalText } from "../../plain-text.ts";
import { plural } from "../render/text/units.ts";
import { shownDiff } from "./file-diff.ts";
import { changedFiles, type RewriteView, type WrittenFiles } from "./rewrite-view.ts";

/** Renders what changes, what stays and why, and the totals. @param hasDiff whether to show each change */
export function rewriteText(view: RewriteView, hasDiff: boolean): string {
  const { files, notes } = view;
  const changed = changedFiles(view);
  const left = files.flatMap((file) => file.left);
  const diffs = hasDiff ? changed.map(shownDiff) : [];
  const stays = left.map(({ occurrence: { path, position, text }, reason }) => {
    return `${terminalText(`${path}:${position.line}:${position.column}  ${text}  unchanged: ${reason}`)}\n`;
  });
  const unread = notes.map(({ path, message }) => `${terminalText(`${path}  not read: ${message}`)}\n`);
  const places = changed.reduce((sum, file) => sum + file.changed.length, 0);
  const counts = [
    `${plural(places, "name")} to change in ${plural(changed.length, "file")}`,
    ...(left.length === 0 ? [] : [`${left.length} to change by hand or later`]),
    ...(notes.length === 0 ? [] : [`${plural(notes.length, "file")} not read`]),
  ];
  return `${[...diffs, ...stays, ...unread].join("")}${counts.join(", ")}.\n`;
}

/** Renders how many files were written. */
export function writtenFilesText({ paths }: WrittenFiles): string {
  return `Wrote ${plural(paths.length, "file")}.\n`;
}

/** Renders why files were not written. */
export function failuresText({ failures }: WrittenFiles): string {
  return failures.map(({ path, message }) => `${terminalText(`${path}: not written: ${message}`)}\n`).join("");
}
