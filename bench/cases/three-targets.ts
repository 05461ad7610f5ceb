import { FAR_AWAY } from "../harness/link.ts";
import { atMost, ratio, summaryTable, table } from "../harness/markdown.ts";
import { compareTools, type ToolRun } from "../harness/compare-tools.ts";
import { uniqueBytes } from "../harness/seed.ts";
import { withSource } from "../harness/source.ts";
import { median, summarize } from "../harness/summary.ts";
import type { LineSettings } from "../harness/shaped-line.ts";
import { crane } from "../tools/crane.ts";
import { regctl, regsync } from "../tools/regclient.ts";
import { skopeoCopy } from "../tools/skopeo.ts";
import type { Tool } from "../tools/tool.ts";
import { MEBIBYTE, type Case, type CaseOptions } from "./case.ts";
import { oneImage } from "./contents.ts";

const LAYERS = 4;
const TARGETS = 3;

export const threeTargets: Case = {
  name: "f",
  title: "one image to 3 targets",
  async run(options) {
    const tools = [options.mirrorform, regsync("once"), crane, regctl, skopeoCopy];
    const near = await run(options, tools, 64 * MEBIBYTE);
    const far = await run(options, tools, 16 * MEBIBYTE, FAR_AWAY);
    return {
      tools,
      lines: [
        "### Distant registries, 4 layers of 16 MiB: each registry has its own link with 100 Mbit/s and 50 ms",
        "",
        ...far,
        "",
        "### On loopback, 4 layers of 64 MiB: the CPU is the limit",
        "",
        ...near,
      ],
    };
  },
};

async function run(
  { rounds, say }: CaseOptions,
  tools: readonly Tool[],
  layerBytes: number,
  line?: LineSettings,
): Promise<string[]> {
  const fill = oneImage(LAYERS, layerBytes);
  const { one, three, bytes } = await withSource({ accessLog: true, fill }, async (source, content) => {
    const shared = { source, content, rounds, say, ...(line === undefined ? {} : { line }) };
    return {
      // Cases a and d measure the other tools with one target.
      one: await compareTools({ ...shared, tools: tools.slice(0, 1), targets: 1 }),
      three: await compareTools({ ...shared, tools, targets: TARGETS }),
      bytes: uniqueBytes(content),
    };
  });
  const all = summarize(tools, three);
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const single = median(one.filter(({ failure }) => failure === undefined).map(({ seconds }) => seconds));
  const sourceBytes = (name: string): number | undefined =>
    median(three.filter((run) => run.tool === name && run.failure === undefined).map(blobBytes));
  return [
    ...summaryTable(all),
    "",
    ...table(
      ["tool", "bytes read from the source", "times the unique bytes"],
      tools.map(({ name }) => [
        name,
        String(sourceBytes(name) ?? "-"),
        ratio(sourceBytes(name), bytes)?.toFixed(2) ?? "-",
      ]),
    ),
    "",
    `mirrorform to one target: ${single?.toFixed(2) ?? "-"} s. Unique blob bytes: ${bytes}.`,
    "",
    atMost("source bytes / unique bytes", 1, ratio(sourceBytes("mirrorform"), bytes)),
    atMost("time to three targets / time to one", 1.3, ratio(ours, single)),
  ];
}

function blobBytes(run: ToolRun): number {
  return run.sourceRequests.blobBytes;
}
