import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";

import { readFailure, writeFailure } from "../../file-failure.ts";
import { decodeText } from "../../desired/text/read-bounded-file.ts";
import { MirrorError } from "../../errors.ts";
import { outputPath } from "./open-output.ts";
import { replaceOutput } from "./output-file.ts";

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Replaces the text of a file atomically, if it still is what it was. Keeps its mode and its byte order mark. Follows no
 * link that {@link outputPath} refuses.
 * @param before the text that was read, without a byte order mark
 * @returns why the file was not written; undefined if it was
 */
export async function replaceIfSame(path: string, before: string, after: string): Promise<string | undefined> {
  let found: { place: string; file: FileHandle };
  try {
    found = await openPlace(path);
  } catch (error) {
    return error instanceof MirrorError ? error.message : readFailure(error);
  }
  const { place, file } = found;
  try {
    const about = await file.stat();
    if (!about.isFile()) return "it is not a regular file";
    const bytes = await file.readFile();
    if (decodeText(bytes) !== before) return "it changed in the meantime";
    const mark = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? "\u{feff}" : "";
    await replaceOutput(place, `${mark}${after}`, about.mode & 0o7777);
    return undefined;
  } catch (error) {
    return writeFailure(error);
  } finally {
    await file.close();
  }
}

async function openPlace(path: string): Promise<{ place: string; file: FileHandle }> {
  const { path: checked, isLinkFree } = await outputPath(path);
  // An operator's link outside the working folder stays, and its file is replaced.
  const place = isLinkFree ? checked : await realpath(checked);
  return { place, file: await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK) };
}
