import { constants } from "node:fs";
import { lstat, lutimes, open, rename, unlink, writeFile } from "node:fs/promises";
import { basename } from "node:path";

import { MirrorError } from "../../errors.ts";
import { abortError } from "../../registry/http/abort-error.ts";
import { fileError, isAbsent, type LayoutWork } from "../files/file-error.ts";
import { readSmallFile } from "../files/open-file.ts";
import type { LayoutRoot } from "../layout-root.ts";
import {
  LOCK_HEARTBEAT,
  LOCK_TIMEOUT,
  MAX_LOCK_BYTES,
  LOCK_POLL_INTERVAL,
  LOCK_SETTLE,
  LOCK_STALE,
} from "../layout-limits.ts";
import { randomName } from "../files/random-name.ts";
import { systemCodeOf } from "../../file-failure.ts";

/** The lock file for changes of `index.json`. It remains only if a process is killed. */
export const INDEX_LOCK = ".index.json.lock";

/** An acquired lock. */
export interface LayoutLock {
  /** Returns whether this process still holds the lock. It loses the lock if it is suspended for too long. */
  isHeld(): Promise<boolean>;
}

/**
 * Runs `work` with an exclusive lock across processes. Takes over the lock of a killed process after {@link LOCK_STALE}
 * without an update, measured by this process's clock, because clocks of two machines may differ.
 * @param path the lock file, in a folder that exists
 * @throws MirrorError LAYOUT_FILE if another process holds the lock for longer than {@link LOCK_TIMEOUT}, or the path has
 * no regular file; errors of `work`
 */
export async function withLock<T>(
  path: string,
  { clock, random }: Pick<LayoutRoot, "clock" | "random">,
  { work: about, signal }: { work: LayoutWork; signal: AbortSignal },
  work: (lock: LayoutLock) => Promise<T>,
): Promise<T> {
  const token = randomName(random);
  const isHeld = async (): Promise<boolean> => (await contentOf(path, about)) === token;
  await acquire();
  const heartbeat = setInterval(() => {
    const now = clock.now() / 1000;
    // A lost lock is detected before the next write.
    lutimes(path, now, now).catch(() => {});
  }, LOCK_HEARTBEAT);
  try {
    return await work({ isHeld });
  } finally {
    clearInterval(heartbeat);
    if (await isHeld()) await unlink(path).catch(() => {});
  }

  async function acquire(): Promise<void> {
    const began = clock.monotonic();
    let seen: { state: string | undefined; since: number } = { state: undefined, since: began };
    while (!(await create())) {
      const state = await stateOf(path, about);
      if (state !== seen.state) seen = { state, since: clock.monotonic() };
      if (state !== undefined && clock.monotonic() - seen.since >= LOCK_STALE && (await takeOver())) return;
      if (clock.monotonic() - began >= LOCK_TIMEOUT) throw heldTooLong();
      await pause(LOCK_POLL_INTERVAL);
    }
  }

  async function create(): Promise<boolean> {
    try {
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
      const handle = await open(path, flags, 0o644);
      try {
        await handle.writeFile(token);
      } catch (error) {
        await unlink(path);
        throw error;
      } finally {
        await handle.close();
      }
      return true;
    } catch (error) {
      if (systemCodeOf(error) === "EEXIST") return false;
      throw fileError(error, about);
    }
  }

  /** Replaces the lock file with one that has this process's token. If several processes do so, the last one wins. */
  async function takeOver(): Promise<boolean> {
    const own = `${path}.${token}`;
    try {
      await writeFile(own, token, { flag: "wx" });
      await rename(own, path);
    } catch (error) {
      throw fileError(error, about);
    }
    await pause(LOCK_SETTLE);
    return isHeld();
  }

  async function pause(milliseconds: number): Promise<void> {
    try {
      await clock.sleep(milliseconds, signal);
    } catch (error) {
      throw signal.aborted ? abortError(signal, about) : error;
    }
  }

  function heldTooLong(): MirrorError {
    return new MirrorError(`another process has held the lock for ${LOCK_TIMEOUT / 1000} seconds`, {
      code: "LAYOUT_FILE",
      ...about,
      hint: `wait for the other run to finish; if there is none, delete ${basename(path)} in that folder`,
    });
  }
}

/**
 * Refuses a lock file that is a link, a pipe, a device or a folder. mirrorform creates only regular files, and a layout is
 * untrusted.
 * @throws MirrorError LAYOUT_FILE
 */
export async function refuseForeignLock(path: string, work: LayoutWork): Promise<void> {
  try {
    if ((await lstat(path)).isFile()) return;
  } catch (error) {
    if (isAbsent(error)) return;
    throw fileError(error, work);
  }
  throw new MirrorError(`${basename(path)} is not a regular file`, {
    code: "LAYOUT_FILE",
    ...work,
    hint: `delete ${basename(path)} in that folder; only mirrorform creates it, while it writes`,
  });
}

/** Returns a text that changes when the holder changes or updates the lock; undefined if there is no lock. */
async function stateOf(path: string, work: LayoutWork): Promise<string | undefined> {
  await refuseForeignLock(path, work);
  try {
    const { ino, mtimeMs } = await lstat(path);
    return `${ino} ${mtimeMs} ${await contentOf(path, work)}`;
  } catch {
    // The lock was just released. Any other error recurs when the lock is created.
    return undefined;
  }
}

async function contentOf(path: string, work: LayoutWork): Promise<string | undefined> {
  try {
    return (await readSmallFile(path, MAX_LOCK_BYTES, work))?.toString();
  } catch {
    return undefined;
  }
}
