import { MirrorError, type Side } from "../../errors.ts";
import { readFailure, systemCodeOf } from "../../file-failure.ts";

/** An operation on a layout, for error messages. */
export interface LayoutWork {
  side: Side;
  operation: string;
  /** `./mirror/redis:7`, `./mirror/redis@sha256:…`, `./mirror/redis/index.json`. */
  reference: string;
}

/** Maps a file system error to LAYOUT_FILE. Returns a MirrorError as it is. */
export function fileError(error: unknown, work: LayoutWork): MirrorError {
  if (error instanceof MirrorError) return error;
  return new MirrorError(readFailure(error), { code: "LAYOUT_FILE", ...work, cause: error });
}

/** Returns the error for a link in a layout. A link could lead anywhere on the machine. */
export function linkError(work: LayoutWork): MirrorError {
  return new MirrorError("its path contains a link, and links in a layout are not followed", {
    code: "LAYOUT_FILE",
    ...work,
    hint: "replace the link with the files themselves, or use another folder",
  });
}

/** Returns whether a file does not exist. */
export function isAbsent(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
