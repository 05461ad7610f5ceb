import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { end, track } from "./children.ts";
import type { EcrReport } from "./ecr-process.ts";
import { WORK } from "./place.ts";

/** The sandbox's ECR, which counts. */
export interface BenchEcr {
  /** For a process that is to use it. */
  environment: Readonly<Record<string, string>>;
  /** What it was asked since the last call, by kind. */
  takeCounts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export async function startBenchEcr(): Promise<BenchEcr> {
  const child = fork(fileURLToPath(new URL("ecr-process.ts", import.meta.url)), {
    env: { BENCH_WORK: WORK },
    execArgv: [],
  });
  track(child);
  const next = (): Promise<EcrReport> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the sandbox's process ended"));
      child.once("exit", ended);
      child.once("message", (report) => {
        child.off("exit", ended);
        resolve(report as EcrReport);
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
