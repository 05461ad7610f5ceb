import { atLeast, ratio, standingsTable } from "../harness/markdown.ts";
import { race } from "../harness/race.ts";
import { withSource } from "../harness/source.ts";
import { fastest, standings } from "../harness/standing.ts";
import { crane } from "../tools/crane.ts";
import { curlFloor } from "../tools/curl.ts";
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
    const hashing = curlFloor("hash");
    const plain = curlFloor("plain");
    const peers = [crane, regctl, skopeoCopy];
    const tools = [hashing, plain, mirrorform, ...peers];
    const laps = await withSource({ accessLog: false, fill: oneImage(LAYERS, LAYER_BYTES) }, (source, content) =>
      race({ tools, source, content, rounds, say, copiesBlobsAlone: (tool) => tool === hashing || tool === plain }),
    );
    const all = standings(tools, laps);
    const seconds = (name: string): number | undefined => all.find(({ tool }) => tool === name)?.seconds;
    const best = fastest(
      all,
      peers.map(({ name }) => name),
    );
    const ours = seconds("mirrorform");
    return {
      tools,
      lines: [
        ...standingsTable(all),
        "",
        atLeast("speed beside the floor with the hash", 0.95, ratio(seconds(hashing.name), ours)),
        atLeast("speed beside the floor without", 0.9, ratio(seconds(plain.name), ours)),
        atLeast(`speed beside the best peer, ${best?.tool ?? "none"}`, 1.5, ratio(best?.seconds, ours)),
      ],
    };
  },
};
