/** Why a file cannot be read or written, in words. The system's error codes, such as `ENOSPC`, are for programs. */

/** Returns the system's error code: `ENOENT`. Undefined for other errors. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "part of its path is not a folder",
  EISDIR: "it is a folder",
  EEXIST: "it already exists",
  ELOOP: "it is a link, and links are not followed",
  ENAMETOOLONG: "its name is too long",
  EACCES: "access is denied",
  EPERM: "access is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is exceeded",
  EFBIG: "the file is too large for the file system",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  ETXTBSY: "it is in use",
  ENXIO: "it is a pipe that no program reads",
  EPIPE: "the program that reads it has ended",
  EIO: "the disk failed",
};

/** Returns why a file cannot be read. */
export function readFailure(error: unknown): string {
  const code = systemCodeOf(error);
  return REASONS[code ?? ""] ?? `the file system reported ${code ?? "an unknown error"}`;
}

/** Returns why a file cannot be written. Only its folder has to exist. */
export function writeFailure(error: unknown): string {
  return systemCodeOf(error) === "ENOENT" ? "its folder does not exist" : readFailure(error);
}

const WRITE_HINTS: Readonly<Record<string, string>> = {
  ENOENT: "create the folder first, or write to another one",
  ENOTDIR: "write to a path below a folder",
  EISDIR: "add the name of a file to the path",
  ELOOP: "replace the link with a file, or write to another path",
  EACCES: "write to a folder that this user may write to, or change its permissions",
  EPERM: "write to a folder that this user may write to, or change its permissions",
  EROFS: "write to a folder on another file system",
  ENOSPC: "free some disk space, then rerun the command",
  EDQUOT: "free some disk space, then rerun the command",
  ENXIO: "start the program that reads the pipe first, or write to a file",
};

/** Returns what to do about a file that cannot be written; undefined if the cause does not tell. */
export function writeHint(error: unknown): string | undefined {
  return WRITE_HINTS[systemCodeOf(error) ?? ""];
}

/** Returns why a program cannot be started. */
export function startFailure(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === "ENOENT") return "it is not installed, or not in PATH";
  if (code === "EACCES" || code === "EPERM") return "it is not an executable file, or not in PATH";
  return `it cannot be started (${code ?? "unknown error"})`;
}
