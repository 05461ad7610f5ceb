import type { ChildProcess } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORK } from "./place.ts";

const PIDS = join(WORK, "pids");
const running = new Set<ChildProcess>();

/**
 * Registers a child process, so that it does not outlive the run. It is killed when this process exits, or else by
 * run.sh. It must have BENCH_WORK in its environment.
 */
export function track(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  mkdirSync(PIDS, { recursive: true });
  const pidFile = join(PIDS, String(pid));
  writeFileSync(pidFile, "");
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    rmSync(pidFile, { force: true });
  });
}

/** Kills a tracked child and waits until it has exited. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGKILL");
  await promise;
}

process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
