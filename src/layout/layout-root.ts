import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";

import pLimit, { type LimitFunction } from "p-limit";

import type { Clock } from "../clock.ts";
import type { Side } from "../errors.ts";
import { fileError, linkError } from "./files/file-error.ts";
import { MAX_CONCURRENT_READS } from "./layout-limits.ts";

/** A folder that layouts are in: one OCI image layout for each repository, at the repository's path. */
export interface LayoutRoot {
  readonly side: Side;
  /** As people write it: `./mirror`. */
  readonly shown: string;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** The steps from {@link LayoutRoot.base} to the folder itself. */
  readonly steps: readonly string[];
  /** What the folder lies below, absolute and without links. @throws MirrorError LAYOUT_FILE */
  base(): Promise<string>;
  /** Small files are read under it: what one process may hold open is limited. */
  readonly reading: LimitFunction;
}

/** What a {@link LayoutRoot} is made of. */
export interface LayoutRootOptions extends Pick<LayoutRoot, "side" | "clock" | "random"> {
  /** The mirror file's folder. Links on the way to it are the operator's own, and are followed. */
  base: string;
  /** From there, checked to stay below it: `mirror/docker.io`. Links in it are not followed. */
  path: string;
}

/** Nothing is read or written before the first use. */
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
 * That the folder of layouts is there at all: a folder that was not carried along is no empty one.
 * @throws MirrorError LAYOUT_FILE
 */
export async function requireFolder(root: LayoutRoot): Promise<void> {
  const work = { side: root.side, operation: "open layout", reference: root.shown };
  const path = join(await root.base(), ...root.steps);
  const stat = await lstat(path).catch((error: unknown) => {
    throw fileError(error, work);
  });
  if (stat.isDirectory()) return;
  throw stat.isSymbolicLink() ? linkError(work) : fileError(Object.assign(new Error(), { code: "ENOTDIR" }), work);
}
