import pLimit, { type LimitFunction } from "p-limit";

import { readTargetFolder } from "./target-folder.ts";
import { makeFolders } from "../files/durable.ts";
import { INDEX_LOCK, withLock, type LayoutLock } from "./index-lock.ts";
import { pathIn, workOn, type LayoutFolder } from "../layout-folder.ts";
import { EMPTY_INDEX, formatLayoutIndex, type LayoutIndex } from "../layout-index.ts";
import type { LayoutRoot } from "../layout-root.ts";
import type { Staging } from "./staging.ts";

/**
 * Changes `index.json`, one process at a time. Creates the layout if it does not exist.
 * @param edit returns its argument if there is nothing to write
 * @throws MirrorError LAYOUT_FILE, LAYOUT_INVALID
 */
export type ChangeIndex = (
  folder: LayoutFolder,
  edit: (index: LayoutIndex) => LayoutIndex,
  operation: string,
  signal: AbortSignal,
) => Promise<void>;

export function createIndexWriter(root: LayoutRoot, staging: Staging): ChangeIndex {
  /** Within this process, changes queue here instead of polling the lock file. */
  const queues = new Map<string, LimitFunction>();

  return async (folder, edit, operation, signal) => {
    const queue = queues.get(folder.shown) ?? pLimit(1);
    queues.set(folder.shown, queue);
    const work = workOn(folder, operation);
    await queue(async () => {
      await makeFolders(await root.base(), [...folder.steps, "blobs", "sha256"], work);
      const lock = await pathIn(folder, INDEX_LOCK);
      // If the lock was lost, another process may have written: read the index again.
      while (!(await withLock(lock, root, { work, signal }, (held) => write(folder, edit, operation, held))));
    });
  };

  async function write(
    folder: LayoutFolder,
    edit: (index: LayoutIndex) => LayoutIndex,
    operation: string,
    lock: LayoutLock,
  ): Promise<boolean> {
    const work = workOn(folder, operation);
    const mayCommit = () => lock.isHeld();
    const found = await readTargetFolder(folder);
    const before = found.kind === "empty" ? EMPTY_INDEX : found.index;
    const after = edit(before);
    if (before !== after) {
      const path = await pathIn(folder, "index.json");
      const isWritten = await staging.write(path, work, (file) => file.writeFile(formatLayoutIndex(after)), mayCommit);
      if (!isWritten) return false;
    } else if (found.kind === "empty") return true;
    if (found.kind === "layout") return true;
    // This file turns the folder into a layout.
    const marker = '{"imageLayoutVersion":"1.0.0"}\n';
    return staging.write(await pathIn(folder, "oci-layout"), work, (file) => file.writeFile(marker), mayCommit);
  }
}
