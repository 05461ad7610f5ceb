import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { end, track } from "./children.ts";
import { WORK } from "./place.ts";
import type { ScaleReport } from "./scale-process.ts";

/** The sandbox with much in it. */
export interface ScaleWorld {
  /** For a process that is to use it. */
  environment: Readonly<Record<string, string>>;
  /** What it was asked since the last call, by kind. */
  takeCounts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** @param tags as `scaleContent` takes them, and `tagsOfEach` too */
export async function startScaleWorld(tags: number, tagsOfEach: number): Promise<ScaleWorld> {
  const child = fork(fileURLToPath(new URL("scale-process.ts", import.meta.url)), [String(tags), String(tagsOfEach)], {
    env: { BENCH_WORK: WORK },
    execArgv: [],
  });
  track(child);
  const next = (): Promise<ScaleReport> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the sandbox's process ended"));
      child.once("exit", ended);
      child.once("message", (report) => {
        child.off("exit", ended);
        resolve(report as ScaleReport);
      });
    });
  const opened = await next();
  if (!("environment" in opened)) throw new Error("the sandbox did not start");
  return {
    environment: opened.environment,
    async takeCounts() {
      const answer = next();
      child.send("counts");
      const report = await answer;
      return "asked" in report ? report.asked : {};
    },
    close: () => end(child),
  };
}
