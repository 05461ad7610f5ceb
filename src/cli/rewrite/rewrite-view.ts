import type { RewrittenFile } from "../../rewrite/rewrite-file.ts";
import type { Note } from "../../scan/scan-paths.ts";

/** What `rewrite` found and did. */
export interface RewriteView {
  readonly files: readonly RewrittenFile[];
  /** Files that could not be read. */
  readonly notes: readonly Note[];
  /** What happened to each file that changes, if files were written. */
  readonly written?: WrittenFiles;
}

export interface WrittenFiles {
  readonly paths: readonly string[];
  readonly failures: readonly { readonly path: string; readonly message: string }[];
}

/** Returns the files with a change. */
export function changedFiles({ files }: Pick<RewriteView, "files">): RewrittenFile[] {
  return files.filter(({ before, after }) => before !== after);
}
