import { lstat } from "node:fs/promises";

import type { LayoutIndex } from "./layout-index.ts";

/**
 * The indexes that were read or written last, by the path of `index.json`. An apply looks at an index for each of its
 * tags, and parsing one of 10,000 tags takes tens of milliseconds.
 */
export interface KnownIndexes {
  /** Returns the index if its file is still the one that was read or written. */
  find(path: string): Promise<LayoutIndex | undefined>;
  /** Reads an index and remembers it. A file that is replaced meanwhile is read again next time. */
  remember(path: string, read: () => Promise<LayoutIndex>): Promise<LayoutIndex>;
  /** Remembers an index that was just written, while no other process may write. */
  written(path: string, index: LayoutIndex): Promise<void>;
}

export function createKnownIndexes(): KnownIndexes {
  const known = new Map<string, { state: string; index: LayoutIndex }>();
  const remember = (path: string, state: string | undefined, index: LayoutIndex): void => {
    if (state === undefined) known.delete(path);
    else known.set(path, { state, index });
  };
  return {
    async find(path) {
      const last = known.get(path);
      return last !== undefined && last.state === (await stateOf(path)) ? last.index : undefined;
    },
    async remember(path, read) {
      const state = await stateOf(path);
      const index = await read();
      remember(path, state, index);
      return index;
    },
    async written(path, index) {
      remember(path, await stateOf(path), index);
    },
  };
}

/** Returns a text that changes when the file is replaced or written; undefined if there is no regular file. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const stat = await lstat(path, { bigint: true });
    return stat.isFile() ? [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ") : undefined;
  } catch {
    return undefined;
  }
}
