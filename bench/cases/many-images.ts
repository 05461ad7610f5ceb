import { atLeast, ratio, summaryTable } from "../harness/markdown.ts";
import { compareTools } from "../harness/compare-tools.ts";
import { withSource } from "../harness/source.ts";
import { fastest, summarize } from "../harness/summary.ts";
import { crane } from "../tools/crane.ts";
import { regsync } from "../tools/regclient.ts";
import { skopeoSync } from "../tools/skopeo.ts";
import type { Case } from "./case.ts";
import { manyImages } from "./contents.ts";

export const manyImagesCase: Case = {
  name: "b",
  title: "200 images of 8 layers, 5 of them shared, 32 to 256 KiB; 20 repositories",
  async run({ rounds, mirrorform, say }) {
    const peers = [regsync("once"), crane, skopeoSync];
    const tools = [mirrorform, ...peers];
    const runs = await withSource({ accessLog: false, fill: manyImages }, (source, content) =>
      compareTools({ tools, source, content, rounds, say }),
    );
    const all = summarize(tools, runs);
    const best = fastest(
      all,
      peers.map(({ name }) => name),
    );
    const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
    const goal = atLeast(
      `speed relative to the best other tool, ${best?.tool ?? "none"}`,
      2,
      ratio(best?.seconds, ours),
    );
    return { tools, lines: [...summaryTable(all), "", goal] };
  },
};
