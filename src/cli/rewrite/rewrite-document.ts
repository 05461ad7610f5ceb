import { changedFiles, type RewriteView } from "./rewrite-view.ts";
import { fileDiff } from "./file-diff.ts";

/** Returns what `rewrite --json` prints. */
export function rewriteDocument(view: RewriteView): object {
  const { files, notes, written } = view;
  return {
    formatVersion: "1.0",
    files: changedFiles(view).map((file) => ({
      path: file.path,
      changes: file.changed.map(({ position, text }) => ({ ...position, text })),
      diff: fileDiff(file),
    })),
    left: files.flatMap(({ left }) =>
      left.map(({ occurrence, reason }) => {
        const { path, position, text } = occurrence;
        return { path, ...position, text, reason };
      }),
    ),
    notes: notes.map(({ path, message, position }) => ({ path, message, ...position })),
    written: written?.paths ?? [],
    failed: written?.failures ?? [],
  };
}
