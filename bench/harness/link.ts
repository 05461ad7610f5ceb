import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { end, track } from "./children.ts";
import type { LinkOrder, LinkReport, LinkUse } from "./link-process.ts";
import { WORK } from "./place.ts";
import type { LineSettings } from "./shaped-line.ts";

/** Lines to registries that seem far away. */
export interface Link {
  /** Where each upstream is reached through its line, in the order given. */
  hosts: readonly string[];
  /** What went over each line so far. */
  use(): Promise<readonly LinkUse[]>;
  close(): Promise<void>;
}

/** 50 ms each way and 100 Mbit/s in each direction. */
export const FAR_AWAY: LineSettings = { delay: 50, bitsPerSecond: 100_000_000 };

export async function startLink(line: LineSettings, upstreams: readonly string[]): Promise<Link> {
  const child = fork(fileURLToPath(new URL("link-process.ts", import.meta.url)), {
    env: { BENCH_WORK: WORK },
    execArgv: [],
  });
  track(child);
  const ask = (message: LinkOrder | "use"): Promise<LinkReport> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the link's process ended"));
      child.once("exit", ended);
      child.once("message", (report) => {
        child.off("exit", ended);
        resolve(report as LinkReport);
      });
      child.send(message);
    });
  const opened = await ask({ line, upstreams });
  if (!("hosts" in opened)) throw new Error("the link did not open");
  return {
    hosts: opened.hosts,
    async use() {
      const report = await ask("use");
      return "use" in report ? report.use : [];
    },
    close: () => end(child),
  };
}
