import { startAnswering } from "./answering-process.ts";
import type { LinkRequest, LinkReport, LinkUse } from "./link-process.ts";
import type { LineSettings } from "./shaped-line.ts";

/** Simulated links to distant registries. */
export interface Link {
  /** The hosts to reach each upstream through its link, in the order of the upstreams. */
  hosts: readonly string[];
  /** Returns the usage of each link so far. */
  use(): Promise<readonly LinkUse[]>;
  close(): Promise<void>;
}

/** 50 ms and 100 Mbit/s in each direction. */
export const FAR_AWAY: LineSettings = { delay: 50, bitsPerSecond: 100_000_000 };

export async function startLink(line: LineSettings, upstreams: readonly string[]): Promise<Link> {
  const { next, close } = startAnswering<LinkRequest | "use", LinkReport>("link-process.ts");
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
