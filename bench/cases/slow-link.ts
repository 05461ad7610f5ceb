import { FAR_AWAY } from "../harness/link.ts";
import { atLeast, ratio, summaryTable } from "../harness/markdown.ts";
import { compareTools, type ToolRun } from "../harness/compare-tools.ts";
import { uniqueBytes } from "../harness/seed.ts";
import { withSource } from "../harness/source.ts";
import { fastest, median, summarize } from "../harness/summary.ts";
import { crane } from "../tools/crane.ts";
import { regctl, regsync } from "../tools/regclient.ts";
import { skopeoCopy, skopeoSync } from "../tools/skopeo.ts";
import type { Tool } from "../tools/tool.ts";
import { MEBIBYTE, type Case, type CaseOptions, type CaseResult } from "./case.ts";
import { manyImages, oneImage } from "./contents.ts";

const LAYERS = 4;
const LAYER_BYTES = 16 * MEBIBYTE;

export const slowLink: Case = {
  name: "d",
  title: "distant registries: 50 ms each way and 100 Mbit/s to the source and to the target",
  async run(options) {
    const large = await runLarge(options);
    const many = await runMany(options);
    return {
      tools: [...new Set([...large.tools, ...many.tools])],
      lines: ["### One image, 4 layers of 16 MiB", "", ...large.lines, "", "### The images of b", "", ...many.lines],
    };
  },
};

async function runLarge({ rounds, mirrorform, say }: CaseOptions): Promise<CaseResult> {
  const tools = [mirrorform, crane, regctl, skopeoCopy];
  const fill = oneImage(LAYERS, LAYER_BYTES);
  const { runs, bytes } = await withSource({ accessLog: false, fill }, async (source, content) => ({
    runs: await compareTools({ tools, source, content, rounds, say, line: FAR_AWAY }),
    bytes: uniqueBytes(content),
  }));
  const all = summarize(tools, runs);
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const least = (bytes * 8) / FAR_AWAY.bitsPerSecond;
  return {
    tools,
    lines: [
      ...summaryTable(all),
      "",
      connectionsLine(tools, runs),
      "",
      `Transferring the bytes takes ${least.toFixed(2)} s.`,
      "",
      atLeast("share of the run in which the source's link was busy", 0.9, ratio(least, ours)),
      atLeast(
        "the same, from the first layer's first byte to the last layer's last byte",
        0.9,
        median(runs.flatMap(utilization)),
      ),
    ],
  };
}

/** Returns the utilization of the source's link during the layer transfers of a run. */
function utilization(run: ToolRun): number[] {
  const down = run.links[0]?.down;
  if (run.tool !== "mirrorform" || down === undefined || down.busyFor === 0) return [];
  return [(down.busyBytes * 8) / FAR_AWAY.bitsPerSecond / (down.busyFor / 1000)];
}

/** Reports the most concurrent connections of each tool. */
function connectionsLine(tools: readonly Tool[], runs: readonly ToolRun[]): string {
  const most = (name: string, line: number): number =>
    Math.max(0, ...runs.filter((run) => run.tool === name).map(({ links }) => links[line]?.connections ?? 0));
  const each = tools.map(({ name }) => `${name} ${most(name, 0)} and ${most(name, 1)}`);
  return `Largest number of connections to source and target at the same time: ${each.join(", ")}.`;
}

async function runMany({ rounds, mirrorform, say }: CaseOptions): Promise<CaseResult> {
  const peers = [regsync("once"), crane, skopeoSync];
  const tools = [mirrorform, ...peers];
  const { runs, bytes } = await withSource({ accessLog: false, fill: manyImages }, async (source, content) => ({
    runs: await compareTools({ tools, source, content, rounds, say, line: FAR_AWAY }),
    bytes: uniqueBytes(content),
  }));
  const all = summarize(tools, runs);
  const best = fastest(
    all,
    peers.map(({ name }) => name),
  );
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const least = (bytes * 8) / FAR_AWAY.bitsPerSecond;
  return {
    tools,
    lines: [
      ...summaryTable(all),
      "",
      connectionsLine(tools, runs),
      "",
      `Transferring the bytes, each blob once, takes ${least.toFixed(2)} s.`,
      "",
      atLeast(`speed relative to the best other tool, ${best?.tool ?? "none"}`, 1.5, ratio(best?.seconds, ours)),
    ],
  };
}
