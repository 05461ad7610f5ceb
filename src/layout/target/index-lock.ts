import { constants } from "node:fs";
import { lstat, open, readFile, rename, unlink, utimes, writeFile } from "node:fs/promises";

import { MirrorError } from "../../errors.ts";
import { abortError } from "../../registry/http/abort-error.ts";
import { fileError, type LayoutWork } from "../files/file-error.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { LOCK_HEARTBEAT, LOCK_TIMEOUT, LOCK_POLL_INTERVAL, LOCK_SETTLE, LOCK_STALE } from "../layout-limits.ts";
import { randomName } from "../files/random-name.ts";
import { systemCodeOf } from "../../file-failure.ts";

/** An acquired lock. */
export interface LayoutLock {
  /** Returns whether this process still holds the lock. It loses the lock if it is suspended for too long. */
  isHeld(): Promise<boolean>;
}

/**
 * Runs `work` with an exclusive lock across processes. Takes over the lock of a killed process after {@link LOCK_STALE}
 * without an update, measured by this process's clock, because clocks of two machines may differ.
 * @param path the lock file, in a folder that exists
 * @throws MirrorError LAYOUT_FILE if another process holds the lock for longer than {@link LOCK_TIMEOUT}; errors of `work`
 */
export async function withLock<T>(
  path: string,
  { clock, random }: Pick<LayoutRoot, "clock" | "random">,
  { work: about, signal }: { work: LayoutWork; signal: AbortSignal },
  work: (lock: LayoutLock) => Promise<T>,
): Promise<T> {
  const token = randomName(random);
  const isHeld = async (): Promise<boolean> => (await contentOf(path)) === token;
  await acquire();
  const heartbeat = setInterval(() => {
    const now = clock.now() / 1000;
    // A lost lock is detected before the next write.
    utimes(path, now, now).catch(() => {});
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
      const state = await stateOf(path);
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
      hint: `wait for the other run to finish; if there is none, delete ${path.slice(path.lastIndexOf("/") + 1)} in that folder`,
    });
  }
}

/** Returns a text that changes when the holder changes or updates the lock; undefined if there is no lock. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await lstat(path);
    return `${ino} ${mtimeMs} ${await readFile(path, "utf8")}`;
  } catch {
    // The lock was just released. Any other error recurs when the lock is created.
    return undefined;
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
