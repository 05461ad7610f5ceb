import { constants } from "node:fs";
import { lstat, open, readFile, rename, unlink, utimes, writeFile } from "node:fs/promises";

import { MirrorError } from "../../errors.ts";
import { interruption } from "../../registry/http/interruption.ts";
import { codeOf, fileError, type LayoutWork } from "../files/file-error.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { LOCK_HEARTBEAT, LOCK_TIMEOUT, LOCK_POLL_INTERVAL, LOCK_SETTLE, LOCK_STALE } from "../layout-limits.ts";
import { randomName } from "../files/random-name.ts";

/** A lock that is held. */
export interface LayoutLock {
  /** Whether it is still ours: a process that was stopped for long may have lost it. */
  isHeld(): Promise<boolean>;
}

/**
 * Runs `work` while no other process runs its own under the same lock file. One that a killed process left behind is
 * taken over once nobody has touched it for {@link LOCK_STALE}, by our own clock: those of two machines may differ.
 * @param path of the lock file, in a folder that exists
 * @throws MirrorError LAYOUT_FILE when it is held for longer than {@link LOCK_TIMEOUT}; what `work` throws
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
    // A lock that is lost is noticed before anything is written.
    utimes(path, now, now).catch(() => {});
  }, LOCK_HEARTBEAT);
  try {
    return await work({ isHeld });
  } finally {
    clearInterval(heartbeat);
    if (await isHeld()) await unlink(path).catch(() => {});
  }

  async function acquire(): Promise<void> {
    const began = clock.now();
    let seen: { state: string | undefined; since: number } = { state: undefined, since: began };
    while (!(await create())) {
      const state = await stateOf(path);
      if (state !== seen.state) seen = { state, since: clock.now() };
      if (state !== undefined && clock.now() - seen.since >= LOCK_STALE && (await takeOver())) return;
      if (clock.now() - began >= LOCK_TIMEOUT) throw heldTooLong();
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
      if (codeOf(error) === "EEXIST") return false;
      throw fileError(error, about);
    }
  }

  /** Puts our own token over the dead one's; of several that do so at once the last one has it. */
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
      throw signal.aborted ? interruption(signal, about) : error;
    }
  }

  function heldTooLong(): MirrorError {
    return new MirrorError(`another process has held its lock for ${LOCK_TIMEOUT / 1000} seconds`, {
      code: "LAYOUT_FILE",
      ...about,
      hint: `Wait for the other run; if there is none, remove the file that ends with ${path.slice(path.lastIndexOf("/") + 1)}.`,
    });
  }
}

/** What changes when the holder is another one, or shows that it lives; undefined when nobody holds it. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await lstat(path);
    return `${ino} ${mtimeMs} ${await readFile(path, "utf8")}`;
  } catch {
    // Given back just now; what is really wrong is said when it is created.
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
