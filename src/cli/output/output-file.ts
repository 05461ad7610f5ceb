import { access, appendFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

import { MirrorError } from "../../errors.ts";

/**
 * Writes a file that the command line names, atomically: a reader never finds half of it.
 * @throws MirrorError FILE_UNWRITABLE if it cannot be written: no such folder, no permission, a full disk
 */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    // A pipe or a device cannot be replaced.
    if (there !== undefined && !there.isFile()) return await writeFile(path, content);
    await replace(there === undefined ? path : await realpath(path), content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Checks before the run whether a file can be written at its end. Does not leave a new file behind.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function refuseUnwritable(path: string): Promise<void> {
  const isNew = await access(path).then(
    () => false,
    () => true,
  );
  await appendOutput(path, "");
  if (isNew) await rm(await realpath(path), { force: true });
}

/**
 * Appends to a file that other programs write to as well, such as a job summary.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function appendOutput(path: string, content: string): Promise<void> {
  try {
    await appendFile(path, content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Returns the error for a file that cannot be written. */
export function unwritable(path: string, error: unknown): MirrorError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new MirrorError(`the file system reported ${code}`, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write file",
    reference: path,
    cause: error,
  });
}

async function replace(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    // A killed run may have left one, and a link must not be written through.
    await rm(beside, { force: true });
    await writeFile(beside, content, { flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
