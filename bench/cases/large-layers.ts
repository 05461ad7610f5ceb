import { atLeast, ratio, summaryTable } from "../harness/markdown.ts";
import { compareTools } from "../harness/compare-tools.ts";
import { withSource } from "../harness/source.ts";
import { fastest, summarize } from "../harness/summary.ts";
import { crane } from "../tools/crane.ts";
import { curlBaseline } from "../tools/curl.ts";
import { regctl } from "../tools/regclient.ts";
import { skopeoCopy } from "../tools/skopeo.ts";
import { MEBIBYTE, type Case } from "./case.ts";
import { oneImage } from "./contents.ts";

const LAYERS = 4;
const LAYER_BYTES = 256 * MEBIBYTE;

export const largeLayers: Case = {
  name: "a",
  title: "one image, 4 layers of 256 MiB",
  async run({ rounds, mirrorform, say }) {
    const hashing = curlBaseline("hash");
    const plain = curlBaseline("plain");
    const peers = [crane, regctl, skopeoCopy];
    const tools = [hashing, plain, mirrorform, ...peers];
    const runs = await withSource({ accessLog: false, fill: oneImage(LAYERS, LAYER_BYTES) }, (source, content) =>
      compareTools({
        tools,
        source,
        content,
        rounds,
        say,
        copiesOnlyBlobs: (tool) => tool === hashing || tool === plain,
      }),
    );
    const all = summarize(tools, runs);
    const seconds = (name: string): number | undefined => all.find(({ tool }) => tool === name)?.seconds;
    const best = fastest(
      all,
      peers.map(({ name }) => name),
    );
    const ours = seconds("mirrorform");
    return {
      tools,
      lines: [
        ...summaryTable(all),
        "",
        atLeast("speed relative to the baseline with a hash", 0.95, ratio(seconds(hashing.name), ours)),
        atLeast("speed relative to the baseline without a hash", 0.9, ratio(seconds(plain.name), ours)),
        atLeast(`speed relative to the best other tool, ${best?.tool ?? "none"}`, 1.5, ratio(best?.seconds, ours)),
      ],
    };
  },
};
