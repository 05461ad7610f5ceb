import type { Descriptor } from "../../oci/descriptor.ts";
import { readTargetFolder } from "./target-folder.ts";
import { makeFolders } from "../files/durable.ts";
import { INDEX_LOCK, withLock, type LayoutLock } from "./index-lock.ts";
import { pathIn, workOn, type LayoutFolder } from "../layout-folder.ts";
import type { KnownIndexes } from "../known-indexes.ts";
import { EMPTY_INDEX, formatLayoutIndex, withTags, type LayoutIndex } from "../layout-index.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { createBatches } from "./batches.ts";
import type { Staging } from "./staging.ts";

/**
 * Points a tag at a manifest in `index.json`. Creates the layout if it does not exist. Resolves when the file is on the
 * disk.
 * @throws MirrorError LAYOUT_FILE, LAYOUT_INVALID
 */
export type SetTag = (folder: LayoutFolder, tag: string, entry: Descriptor, signal: AbortSignal) => Promise<void>;

/**
 * Creates a function that sets tags, one process at a time. Tags that wait for the same file are written together: each
 * write takes time in proportion to all tags in the file.
 */
export function createIndexWriter(root: LayoutRoot, staging: Staging, known: KnownIndexes): SetTag {
  const batches = createBatches<{ tag: string; entry: Descriptor }>();

  return (folder, tag, entry, signal) =>
    batches.add(folder.shown, { tag, entry }, async (batch) => {
      const work = workOn(folder, OPERATION);
      const tags = new Map(batch.map((each) => [each.tag, each.entry]));
      await makeFolders(await root.base(), [...folder.steps, "blobs", "sha256"], work);
      const lock = await pathIn(folder, INDEX_LOCK);
      // If the lock was lost, another process may have written: read the index again.
      while (!(await withLock(lock, root, { work, signal }, (held) => write(folder, tags, held))));
    });

  async function write(
    folder: LayoutFolder,
    tags: ReadonlyMap<string, Descriptor>,
    lock: LayoutLock,
  ): Promise<boolean> {
    const found = await readTargetFolder(folder, known);
    let index = found.kind === "empty" ? withTags(EMPTY_INDEX, firstOf(tags)) : found.index;
    // A folder becomes a layout with one tag: by such an index, the next run recognizes one that was killed in between.
    if (found.kind === "empty" && !(await save(folder, index, lock))) return false;
    if (found.kind !== "layout" && !(await writeFile(folder, "oci-layout", MARKER, lock))) return false;
    const before = index;
    index = withTags(before, tags);
    return index === before || save(folder, index, lock);
  }

  async function save(folder: LayoutFolder, index: LayoutIndex, lock: LayoutLock): Promise<boolean> {
    const isWritten = await writeFile(folder, "index.json", formatLayoutIndex(index), lock);
    if (isWritten) await known.written(await pathIn(folder, "index.json"), index);
    return isWritten;
  }

  /** @returns false if the lock was lost */
  async function writeFile(folder: LayoutFolder, name: string, text: string, lock: LayoutLock): Promise<boolean> {
    const path = await pathIn(folder, name);
    return staging.write(
      path,
      workOn(folder, OPERATION),
      (file) => file.writeFile(text),
      () => lock.isHeld(),
    );
  }
}

function firstOf(tags: ReadonlyMap<string, Descriptor>): ReadonlyMap<string, Descriptor> {
  return new Map([...tags].slice(0, 1));
}

const MARKER = '{"imageLayoutVersion":"1.0.0"}\n';
const OPERATION = "update index of";
