import { access, appendFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

import { MirrorError } from "../../errors.ts";

/**
 * Writes a file that the command line asked for, whole or not at all: a reader never finds half of one.
 * @throws MirrorError FILE_UNWRITABLE when it cannot be written: no such folder, no permission, a full disk
 */
export async function writeOutput(path: string, content: string): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    // A pipe or a device is written to; it cannot be replaced.
    if (there !== undefined && !there.isFile()) return await writeFile(path, content);
    await replace(there === undefined ? path : await realpath(path), content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Finds out, before anything is done, whether a file can be written at the end. Leaves none where there was none.
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
 * Adds to a file that others write to as well, such as a job's summary.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function appendOutput(path: string, content: string): Promise<void> {
  try {
    await appendFile(path, content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The error of a file that cannot be written, whatever the system said. */
export function unwritable(path: string, error: unknown): MirrorError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new MirrorError(`the file cannot be written: ${code}`, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write file",
    reference: path,
    cause: error,
  });
}

async function replace(path: string, content: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    // One that a killed run left, or a link that someone put there to be written through.
    await rm(beside, { force: true });
    await writeFile(beside, content, { flag: "wx" });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
