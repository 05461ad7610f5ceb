import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";

import pLimit, { type LimitFunction } from "p-limit";

import type { Clock } from "../clock.ts";
import type { Side } from "../errors.ts";
import { fileError, linkError } from "./files/file-error.ts";
import { notAFolder } from "./files/open-file.ts";
import { MAX_CONCURRENT_READS } from "./layout-limits.ts";

/** A folder of layouts: one OCI image layout for each repository, at the repository's path. */
export interface LayoutRoot {
  readonly side: Side;
  /** For messages: `./mirror`. */
  readonly shown: string;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Path components from {@link LayoutRoot.base} to the folder. */
  readonly steps: readonly string[];
  /** Returns the base folder, absolute and with links resolved. @throws MirrorError LAYOUT_FILE */
  base(): Promise<string>;
  /** Limits concurrent reads of small files, because the number of open files is limited. */
  readonly reading: LimitFunction;
}

/** Options of {@link layoutRoot}. */
export interface LayoutRootOptions extends Pick<LayoutRoot, "side" | "clock" | "random"> {
  /** The mirror file's folder. Links in this path are followed, because the user chose them. */
  base: string;
  /** Relative to `base`, and already checked to stay below it: `mirror/docker.io`. Links in this path are not followed. */
  path: string;
}

/** Creates a {@link LayoutRoot}. Does not access the file system before the first use. */
export function layoutRoot({ base, path, ...more }: LayoutRootOptions): LayoutRoot {
  const joined = join(base, path);
  const shown = joined.startsWith("/") || joined.startsWith("../") ? joined : `./${joined}`;
  let found: Promise<string> | undefined;
  return {
    ...more,
    shown,
    steps: path.split("/"),
    reading: pLimit(MAX_CONCURRENT_READS),
    base: () =>
      (found ??= realpath(base).catch((error: unknown) => {
        throw fileError(error, { side: more.side, operation: "open layout", reference: shown });
      })),
  };
}

/**
 * Checks that the folder of layouts exists. A missing folder, which may not have been copied, differs from an empty one.
 * @throws MirrorError LAYOUT_FILE
 */
export async function requireFolder(root: LayoutRoot): Promise<void> {
  const work = { side: root.side, operation: "open layout", reference: root.shown };
  const path = join(await root.base(), ...root.steps);
  const stat = await lstat(path).catch((error: unknown) => {
    throw fileError(error, work);
  });
  if (stat.isDirectory()) return;
  throw stat.isSymbolicLink() ? linkError(work) : fileError(notAFolder(), work);
}
