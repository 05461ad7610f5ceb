import { MirrorError, type Side } from "../../errors.ts";

/** What was being done with a layout, and to what. */
export interface LayoutWork {
  side: Side;
  operation: string;
  /** `./mirror/redis:7`, `./mirror/redis@sha256:…`, `./mirror/redis/index.json`. */
  reference: string;
}

/** A file or folder of a layout that could not be read or written: LAYOUT_FILE. What is a MirrorError stays as it is. */
export function fileError(error: unknown, work: LayoutWork): MirrorError {
  if (error instanceof MirrorError) return error;
  return new MirrorError(reason(codeOf(error)), { code: "LAYOUT_FILE", ...work, cause: error });
}

/** Something in a layout is reached over a link: it could lead anywhere on the machine. */
export function linkError(work: LayoutWork): MirrorError {
  return new MirrorError("it is a link, or is reached over one, and links in a layout are not followed", {
    code: "LAYOUT_FILE",
    ...work,
    hint: "Put the files themselves there, or name another folder.",
  });
}

/** The system's code of an error: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether a file is not there at all. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  ELOOP: "it is a link, which is not followed",
  EACCES: "access is denied",
  EPERM: "access is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file system takes no file of this size",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the disk failed",
};

function reason(code: string | undefined): string {
  return REASONS[code ?? ""] ?? `the file system said ${code ?? "nothing that is known"}`;
}
