import { FAR_AWAY } from "../harness/link.ts";
import { atLeast, ratio, standingsTable } from "../harness/markdown.ts";
import { race, type Lap } from "../harness/race.ts";
import { uniqueBytes } from "../harness/seed.ts";
import { withSource } from "../harness/source.ts";
import { fastest, median, standings } from "../harness/standing.ts";
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
  title: "far away: 50 ms each way and 100 Mbit/s to the source and to the target",
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
  const { laps, bytes } = await withSource({ accessLog: false, fill }, async (source, content) => ({
    laps: await race({ tools, source, content, rounds, say, line: FAR_AWAY }),
    bytes: uniqueBytes(content),
  }));
  const all = standings(tools, laps);
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const least = (bytes * 8) / FAR_AWAY.bitsPerSecond;
  return {
    tools,
    lines: [
      ...standingsTable(all),
      "",
      connectionsLine(tools, laps),
      "",
      `The bytes alone take ${least.toFixed(2)} s.`,
      "",
      atLeast("part of the whole run in which the source's wire was busy", 0.9, ratio(least, ours)),
      atLeast("the same from the first layer's first bytes to the last one's end", 0.9, median(laps.flatMap(flowing))),
    ],
  };
}

/** How full the source's line was while layers were under way. */
function flowing(lap: Lap): number[] {
  const down = lap.lines[0]?.down;
  if (lap.tool !== "mirrorform" || down === undefined || down.busyFor === 0) return [];
  return [(down.busyBytes * 8) / FAR_AWAY.bitsPerSecond / (down.busyFor / 1000)];
}

/** How many connections each tool had open together: what its limits come to. */
function connectionsLine(tools: readonly Tool[], laps: readonly Lap[]): string {
  const most = (name: string, line: number): number =>
    Math.max(0, ...laps.filter((lap) => lap.tool === name).map(({ lines }) => lines[line]?.connections ?? 0));
  const each = tools.map(({ name }) => `${name} ${most(name, 0)} and ${most(name, 1)}`);
  return `Connections to source and target open together: ${each.join(", ")}.`;
}

async function runMany({ rounds, mirrorform, say }: CaseOptions): Promise<CaseResult> {
  const peers = [regsync("once"), crane, skopeoSync];
  const tools = [mirrorform, ...peers];
  const { laps, bytes } = await withSource({ accessLog: false, fill: manyImages }, async (source, content) => ({
    laps: await race({ tools, source, content, rounds, say, line: FAR_AWAY }),
    bytes: uniqueBytes(content),
  }));
  const all = standings(tools, laps);
  const best = fastest(
    all,
    peers.map(({ name }) => name),
  );
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const least = (bytes * 8) / FAR_AWAY.bitsPerSecond;
  return {
    tools,
    lines: [
      ...standingsTable(all),
      "",
      connectionsLine(tools, laps),
      "",
      `The bytes alone, each blob once, take ${least.toFixed(2)} s.`,
      "",
      atLeast(`speed beside the best peer, ${best?.tool ?? "none"}`, 1.5, ratio(best?.seconds, ours)),
    ],
  };
}
