import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Digest } from "../../src/oci/digest.ts";
import { OCI_INDEX } from "../../src/oci/media-type.ts";
import { PLATFORMS, SOURCE_DIGEST } from "../../src/oci/selection.ts";
import type { ImageOptions } from "../../src/sandbox/images.ts";
import type { Repository } from "../../src/sandbox/store.ts";
import { mirrorFile } from "../quirks/support/mirror.ts";
import { incompleteTags } from "../support/completeness.ts";
import { ecrOf } from "../support/scenario.ts";
import { errorsIn, world, type World } from "../support/world.ts";

const FOUR: ImageOptions = {
  layers: 1,
  layerBytes: 64,
  platforms: [
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm", variant: "v7" },
    { os: "linux", architecture: "arm64", variant: "v8" },
    { os: "linux", architecture: "s390x" },
  ],
};
/** What one image of {@link FOUR} costs with two platforms: its index, their images and their attestations. */
const TWO_OF_FOUR = 5;

interface Index {
  mediaType: string;
  manifests: { digest: Digest; platform: { os: string; architecture: string; variant?: string } }[];
  annotations: Record<string, string>;
}

function redisWith(...platforms: string[]): string {
  return `{ image: redis:7, platforms: [${platforms.join(", ")}] }`;
}

function start(t: Parameters<typeof world>[0], mirrors: readonly string[], imageOptions: ImageOptions = FOUR) {
  return world(t, { "mirrors.yaml": mirrorFile(mirrors) }, { images: ["redis:7"], imageOptions });
}

async function applied(place: World, args: readonly string[] = []): Promise<void> {
  const { code, document } = await place.json(["apply", ...args]);
  assert.equal(code, 0, JSON.stringify(errorsIn(document)));
}

function sourceOf({ sandbox }: World): Repository {
  return sandbox.dockerHub.store.repository("library/redis") ?? assert.fail("no redis");
}

function heldIndex(repository: Repository | undefined, tag = "7"): Index {
  const digest = repository?.tags.get(tag);
  const manifest = digest === undefined ? undefined : repository?.manifests.get(digest);
  assert.ok(manifest, "the tag is there");
  assert.equal(manifest.mediaType, OCI_INDEX);
  return JSON.parse(Buffer.from(manifest.bytes).toString()) as Index;
}

/** The requests that were counted, and the writes to ECR, of one run. */
async function spentBy(place: World, run: () => Promise<unknown>): Promise<{ pulls: number; writes: number }> {
  const { server } = await ecrOf(place);
  const before = { pulls: place.sandbox.dockerHub.counted, requests: server.requests.length };
  const calls = place.sandbox.ecr.calls.length;
  await run();
  const sent = server.requests.slice(before.requests).filter(({ method }) => method !== "GET" && method !== "HEAD");
  const called = place.sandbox.ecr.calls
    .slice(calls)
    .filter(({ operation }) => !/^(?:Get|Describe|List|BatchGet)/.test(operation));
  return { pulls: place.sandbox.dockerHub.counted - before.pulls, writes: sent.length + called.length };
}

describe("an image with chosen platforms", () => {
  test("is an index of those alone, each child as it was, and costs those alone; then nothing more", async (t) => {
    const place = await start(t, [redisWith("linux/arm64", "linux/amd64")]);
    const first = await spentBy(place, () => applied(place));
    assert.equal(first.pulls, TWO_OF_FOUR);
    const { store } = await ecrOf(place);
    const mirrored = store.repository("redis");
    const source = sourceOf(place);
    const index = heldIndex(mirrored);
    const wanted = heldIndex(source);
    assert.equal(index.annotations[SOURCE_DIGEST], source.tags.get("7"));
    assert.equal(index.annotations[PLATFORMS], "linux/amd64,linux/arm64");
    assert.deepEqual(
      index.manifests,
      wanted.manifests.filter((_child, i) => [0, 1, 4, 5].includes(i)),
      "both platforms, each with its attestation",
    );
    assert.equal(mirrored?.manifests.size, TWO_OF_FOUR, "no other child");
    for (const { digest } of index.manifests) {
      assert.deepEqual(mirrored.manifests.get(digest)?.bytes, source.manifests.get(digest)?.bytes);
    }
    assert.deepEqual(incompleteTags(store), []);

    assert.deepEqual(await spentBy(place, () => applied(place)), { pulls: 0, writes: 0 });
    const { document } = await place.json(["plan"]);
    assert.equal(document.totals?.["unchanged"], 1);
  });
});
