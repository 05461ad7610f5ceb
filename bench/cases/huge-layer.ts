import { atMost, megabytes, summaryTable, table } from "../harness/markdown.ts";
import { compareTools } from "../harness/compare-tools.ts";
import { withSource } from "../harness/source.ts";
import { summarize, type Summary } from "../harness/summary.ts";
import { crane } from "../tools/crane.ts";
import { regctl } from "../tools/regclient.ts";
import { skopeoCopy } from "../tools/skopeo.ts";
import { MEBIBYTE, type Case, type CaseOptions } from "./case.ts";
import { oneImage } from "./contents.ts";

const SMALL = 256 * MEBIBYTE;
const HUGE = 4096 * MEBIBYTE;

export const hugeLayer: Case = {
  name: "e",
  title: "one layer of 4 GiB, and one of 256 MiB: peak memory",
  async run(options) {
    const tools = [options.mirrorform, crane, regctl, skopeoCopy];
    const small = await run(options, tools, SMALL);
    const huge = await run(options, tools, HUGE);
    const peak = (all: readonly Summary[], name: string): number | undefined =>
      all.find(({ tool }) => tool === name)?.peakMemory;
    const ours = { small: peak(small, "mirrorform"), huge: peak(huge, "mirrorform") };
    const more = ours.small === undefined || ours.huge === undefined ? undefined : (ours.huge - ours.small) / 1e6;
    return {
      tools,
      lines: [
        ...table(
          ["tool", "peak MB at 256 MiB", "peak MB at 4 GiB"],
          tools.map(({ name }) => [name, megabytes(peak(small, name)), megabytes(peak(huge, name))]),
        ),
        "",
        atMost("peak memory at 4 GiB", 200, ours.huge === undefined ? undefined : ours.huge / 1e6, " MB"),
        atMost("increase over 256 MiB", 30, more, " MB"),
        "",
        "### Times at 4 GiB",
        "",
        ...summaryTable(huge),
      ],
    };
  },
};

async function run(
  { rounds, say }: CaseOptions,
  tools: Parameters<typeof summarize>[0],
  layerBytes: number,
): Promise<Summary[]> {
  const runs = await withSource({ accessLog: false, fill: oneImage(1, layerBytes) }, (source, content) =>
    compareTools({ tools, source, content, rounds, say }),
  );
  return summarize(tools, runs);
}
