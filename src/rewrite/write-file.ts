import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { randomBytes } from "node:crypto";

import { readFailure, writeFailure } from "../file-failure.ts";

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Replaces the text of a file, if it still is what it was. Keeps its mode and its byte order mark. The new content goes to a
 * temporary file in the same folder first, so that a reader never finds a part of it.
 * @returns why the file was not written; undefined if it was
 */
export async function writeFileIfSame(path: string, before: string, after: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return readFailure(error);
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const about = await file.stat();
    if (!about.isFile()) return "it is not a regular file";
    const bytes = await file.readFile();
    const hasMark = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    if (bytes.subarray(hasMark ? 3 : 0).toString("utf8") !== before) return "it changed in the meantime";
    const content = Buffer.concat([hasMark ? BYTE_ORDER_MARK : Buffer.alloc(0), Buffer.from(after)]);
    const created = await open(temporary, "wx", about.mode & 0o7777);
    try {
      await created.writeFile(content);
      await created.chmod(about.mode & 0o7777);
    } finally {
      await created.close();
    }
    await rename(temporary, path);
    return undefined;
  } catch (error) {
    await rm(temporary, { force: true });
    return writeFailure(error);
  } finally {
    await file.close();
  }
}
