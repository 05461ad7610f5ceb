import { countRequests, type RequestCounts } from "../harness/access-log.ts";
import { table } from "../harness/markdown.ts";
import { measure } from "../harness/measure.ts";
import { OCI_INDEX, pusher, type Descriptor, type Pusher } from "../harness/push.ts";
import { jobFor } from "../harness/compare-tools.ts";
import { startRegistry, type BenchRegistry } from "../harness/registry.ts";
import { difference, pushImage, record, type Content } from "../harness/seed.ts";
import { withSource } from "../harness/source.ts";
import { crane } from "../tools/crane.ts";
import { regsync } from "../tools/regclient.ts";
import { skopeoSync } from "../tools/skopeo.ts";
import type { Tool } from "../tools/tool.ts";
import { KIBIBYTE, type Case } from "./case.ts";

const REPOSITORY = "app";
const TAGS = ["1.0", "1.1", "latest"];
const PLATFORMS = ["amd64", "arm64", "s390x", "ppc64le"];

export const countedRequests: Case = {
  name: "requests",
  title: "counted requests: 3 tags, each an index of 4 platforms",
  async run({ mirrorform, say }) {
    const tools = [mirrorform, skopeoSync, regsync("once"), crane];
    const rows: string[][] = [];
    for (const tool of tools) {
      const missing = tool.unavailable();
      if (missing === undefined) rows.push(...(await countTool(tool)));
      else rows.push([tool.name, `not run: ${missing}`]);
      say(`${tool.name} counted`);
    }
    return {
      tools,
      lines: [
        ...table(
          [
            "tool",
            "run",
            "**source manifest GETs**",
            "source HEADs",
            "source requests",
            "target manifest PUTs",
            "target requests",
          ],
          rows,
        ),
        "",
        "Docker Hub counts a GET of a manifest as a pull. The first run needs at least 15 (3 indexes, 12 children), a run without changes none, and a run after one child of one index changed 2.",
      ],
    };
  },
};

/** Counts three consecutive runs on separate registries: a first run, no changes, and one changed child of an index. */
function countTool(tool: Tool): Promise<string[][]> {
  return withSource({ accessLog: true, fill: indexes }, async (source, content) => {
    const target = await startRegistry({ accessLog: true });
    try {
      const rows = [
        await countRun(tool, "first run", source, target, content),
        await countRun(tool, "nothing changed", source, target, content),
      ];
      await pushIndex(pusher(source.host), content, "latest", "changed");
      await source.takeAccessLog();
      return [...rows, await countRun(tool, "one child changed", source, target, content)];
    } finally {
      await target.close();
    }
  });
}

async function countRun(
  tool: Tool,
  run: string,
  source: BenchRegistry,
  target: BenchRegistry,
  content: Content,
): Promise<string[]> {
  const { failure } = await measure(await tool.prepare(jobFor(content, source.host, [target.host])));
  const counts: { source: RequestCounts; target: RequestCounts } = {
    source: countRequests(await source.takeAccessLog()),
    target: countRequests(await target.takeAccessLog()),
  };
  const wrong = failure ?? (await difference(content, target.host));
  await target.takeAccessLog();
  const { manifestGets, manifestHeads, total } = counts.source;
  return [
    tool.name,
    wrong === undefined ? run : `${run} (failed)`,
    `**${manifestGets}**`,
    ...[manifestHeads, total, counts.target.manifestPuts, counts.target.total].map(String),
  ];
}

async function indexes(push: Pusher, content: Content): Promise<void> {
  for (const tag of TAGS) await pushIndex(push, content, tag, "");
}

/** @param revision the revision of the first platform; the other platforms do not change */
async function pushIndex(push: Pusher, content: Content, tag: string, revision: string): Promise<void> {
  const manifests: object[] = [];
  const blobs: Descriptor[] = [];
  for (const [i, architecture] of PLATFORMS.entries()) {
    const seed = `${tag} ${architecture} ${i === 0 ? revision : ""}`;
    const child = await pushImage(push, REPOSITORY, [
      { seed: `base ${architecture}`, size: 8 * KIBIBYTE },
      { seed, size: 4 * KIBIBYTE },
    ]);
    manifests.push({ ...child.manifest, platform: { os: "linux", architecture } });
    blobs.push(...child.blobs);
  }
  const index = await push.manifest(REPOSITORY, OCI_INDEX, { manifests }, tag);
  record(content, REPOSITORY, tag, index.digest, blobs);
}
