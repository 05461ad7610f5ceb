import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";

import type { Digest } from "../../src/oci/digest.ts";
import { OCI_INDEX } from "../../src/oci/media-type.ts";
import type { ImageOptions } from "../../src/sandbox/registry/generate-image.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import type { Repository } from "../../src/sandbox/registry/registry-store.ts";
import { ecrOf } from "./scenario.ts";
import { errorsIn, world, type Document, type World } from "./world.ts";

/** Images for four platforms with one attestation each: an index with eight children. */
export const FOUR: ImageOptions = {
  layers: 1,
  layerBytes: 64,
  platforms: [
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm", variant: "v7" },
    { os: "linux", architecture: "arm64", variant: "v8" },
    { os: "linux", architecture: "s390x" },
  ],
};

export interface Index {
  mediaType: string;
  manifests: { mediaType: string; digest: Digest; platform: { os: string; architecture: string } }[];
  annotations: Record<string, string>;
}

/** Returns an entry for `mirrors`. */
export function redisWith(platforms: readonly string[], more = ""): string {
  return `{ image: redis:7, platforms: [${platforms.join(", ")}]${more === "" ? "" : `, ${more}`} }`;
}

function fileOf(mirrors: readonly string[], targets: string): string {
  const list = mirrors.map((mirror) => `  - ${mirror}`).join("\n");
  return `version: 1\nname: platform\ntargets:\n${targets}\nmirrors:\n${list}\n`;
}

export const ONE_ECR = "  main: { ecr: {} }";

/** Starts a sandbox whose Docker Hub has redis:7 for four platforms. */
export function startWith(
  t: TestContext,
  mirrors: readonly string[],
  options: SandboxOptions = {},
  targets = ONE_ECR,
): Promise<World> {
  return world(
    t,
    { "mirrors.yaml": fileOf(mirrors, targets) },
    { images: ["redis:7"], imageOptions: FOUR, ...options },
  );
}

export function rewrite({ folder }: World, mirrors: readonly string[], targets = ONE_ECR): Promise<void> {
  return writeFile(join(folder, "mirrors.yaml"), fileOf(mirrors, targets));
}

/** Runs apply, which must succeed. @returns the pulls and the writes to ECR that it needed */
export async function applyWell(place: World): Promise<{ pulls: number; writes: number; document: Document }> {
  const { server } = await ecrOf(place);
  const { counted } = place.sandbox.dockerHub;
  const [requests, calls] = [server.requests.length, place.sandbox.ecr.calls.length];
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 0, JSON.stringify(errorsIn(document)));
  const sent = server.requests.slice(requests).filter(({ method }) => method !== "GET" && method !== "HEAD");
  const called = place.sandbox.ecr.calls
    .slice(calls)
    .filter(({ operation }) => !/^(?:Get|Describe|List|Batch)/.test(operation));
  return { pulls: place.sandbox.dockerHub.counted - counted, writes: sent.length + called.length, document };
}

export function redisAtHub({ sandbox }: World): Repository {
  return sandbox.dockerHub.store.repository("library/redis") ?? assert.fail("no redis");
}

/** Reads the OCI index that a tag points at. */
export function indexAt(repository: Repository | undefined, tag: string): Index {
  const digest = repository?.tags.get(tag);
  const manifest = digest === undefined ? undefined : repository?.manifests.get(digest);
  assert.ok(manifest, `the tag ${tag} exists`);
  assert.equal(manifest.mediaType, OCI_INDEX);
  return JSON.parse(Buffer.from(manifest.bytes).toString()) as Index;
}

/** Lists the architectures that an index has images for. */
export function architectures({ manifests }: Index): string[] {
  return manifests.map(({ platform }) => platform.architecture).filter((name) => name !== "unknown");
}
