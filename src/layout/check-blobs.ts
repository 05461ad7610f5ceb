import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { parseDigest } from "../oci/digest.ts";
import { fileError, isAbsent, linkError, type LayoutWork } from "./files/file-error.ts";
import { refuseLinks } from "./files/open-file.ts";
import { pathIn, workOn, type LayoutFolder } from "./layout-folder.ts";

/** Checks the blobs of a layout. @throws MirrorError LAYOUT_FILE */
export type CheckBlobs = (folder: LayoutFolder) => Promise<void>;

/**
 * Creates a check that refuses a layout with a link, or anything else that is not a file, in place of a blob. A plan makes
 * it, because it does not know which blobs an image has: they would be refused after pulls were spent. Each layout is
 * listed once per run.
 */
export function createBlobCheck(): CheckBlobs {
  const checked = new Map<string, Promise<void>>();
  return (folder) => {
    const checking = checked.get(folder.shown) ?? checkBlobs(folder);
    checked.set(folder.shown, checking);
    return checking;
  };
}

async function checkBlobs(folder: LayoutFolder): Promise<void> {
  const work = workOn(folder, "check for blobs in");
  const blobs = await pathIn(folder, "blobs");
  await refuseLinks(blobs, work);
  for (const algorithm of await entriesOf(blobs, work)) {
    if (algorithm.isSymbolicLink()) throw linkError(work);
    if (!algorithm.isDirectory()) continue;
    for (const entry of await entriesOf(join(blobs, algorithm.name), work)) {
      const digest = entry.isFile() ? undefined : parseDigest(`${algorithm.name}:${entry.name}`);
      if (digest === undefined) continue;
      const about = workOn(folder, "check for blob", digest);
      throw entry.isSymbolicLink() ? linkError(about) : notAFile(about);
    }
  }
}

async function entriesOf(path: string, work: LayoutWork): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw fileError(error, work);
  }
}

function notAFile(work: LayoutWork): Error {
  return fileError(Object.assign(new Error("not a file"), { code: "EISDIR" }), work);
}
