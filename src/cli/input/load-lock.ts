import { readLockFile, lockPath, type Lock } from "../../desired/lock/lock-file.ts";
import { STANDARD_INPUT, type MirrorFile } from "../../desired/mirror-file.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadWithSource, reportProblems, type MirrorFileInput } from "./load-mirror-file.ts";

/** A mirror file with its lock file, if there is one. */
export interface FileWithLock {
  file: MirrorFile;
  /** The text of the mirror file. */
  source: string;
  lock: Lock | undefined;
}

/** Reads the mirror file and its lock file. Reports problems and returns undefined if one of them is not valid. */
export async function loadWithLock(input: MirrorFileInput, context: ProcessContext): Promise<FileWithLock | undefined> {
  const loaded = await loadWithSource(input, context);
  if (loaded === undefined) return undefined;
  const { realPath } = loaded.file;
  // Standard input has no place, so it has no lock file next to it.
  if (realPath === STANDARD_INPUT) return { ...loaded, lock: undefined };
  const read = await readLockFile(realPath, context.signal);
  if ("lock" in read) return { ...loaded, lock: read.lock };
  const about = { path: lockPath(realPath), operation: "read the lock file", source: () => read.source };
  await reportProblems(read.problems, about, input, context);
  return undefined;
}
