import { startAnswering } from "./answering-process.ts";
import type { LinkOrder, LinkReport, LinkUse } from "./link-process.ts";
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
  const { next, close } = startAnswering<LinkOrder | "use", LinkReport>("link-process.ts");
  const opened = await next({ line, upstreams });
  if (!("hosts" in opened)) throw new Error("the link did not open");
  return {
    hosts: opened.hosts,
    async use() {
      const report = await next("use");
      return "use" in report ? report.use : [];
    },
    close,
  };
}
