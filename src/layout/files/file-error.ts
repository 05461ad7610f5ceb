import { MirrorError, type Side } from "../../errors.ts";

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
  return new MirrorError(reason(codeOf(error)), { code: "LAYOUT_FILE", ...work, cause: error });
}

/** Returns the error for a link in a layout. A link could lead anywhere on the machine. */
export function linkError(work: LayoutWork): MirrorError {
  return new MirrorError("its path contains a link, and links in a layout are not followed", {
    code: "LAYOUT_FILE",
    ...work,
    hint: "replace the link with the files themselves, or use another folder",
  });
}

/** Returns the system error code: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Returns whether a file does not exist. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "part of its path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "it is a link, and links are not followed",
  EACCES: "access is denied",
  EPERM: "access is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is exceeded",
  EFBIG: "the file is too large for the file system",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the disk failed",
};

function reason(code: string | undefined): string {
  return REASONS[code ?? ""] ?? `the file system reported ${code ?? "an unknown error"}`;
}
