import type { ChildProcess } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORK } from "./place.ts";

const PIDS = join(WORK, "pids");
const running = new Set<ChildProcess>();

/**
 * Notes a child process, so that it does not outlive the run: we end it with ourselves, and run.sh does where we
 * could not. It must have BENCH_WORK in its environment.
 */
export function track(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  mkdirSync(PIDS, { recursive: true });
  const note = join(PIDS, String(pid));
  writeFileSync(note, "");
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    rmSync(note, { force: true });
  });
}

/** Ends a tracked child and waits for it. */
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
