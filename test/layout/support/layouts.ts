import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { TestContext } from "node:test";

import type { Clock } from "../../../src/clock.ts";
import { layoutRoot } from "../../../src/layout/layout-root.ts";
import { layoutSource, type LayoutSource } from "../../../src/layout/layout-source.ts";
import { layoutTarget, type LayoutTarget } from "../../../src/layout/target/layout-target.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { generateImage, type GeneratedImage, type ImageOptions } from "../../../src/sandbox/registry/generate-image.ts";
import { blobOf } from "../../registry/images.ts";
import { quickClock } from "../../registry/server.ts";

/** Creates a temporary folder, which is deleted after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "layouts-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Returns the folder `mirror` below `base` as a target. Each call acts like another process: only the files are shared. */
export function targetIn(base: string, clock: Clock = quickClock()): LayoutTarget {
  return layoutTarget(layoutRoot({ base, path: "mirror", side: "target", clock, random: Math.random }));
}

export function sourceIn(base: string, registry = "docker.io", path = "mirror"): LayoutSource {
  return layoutSource(layoutRoot({ base, path, side: "source", clock: quickClock(), random: Math.random }), registry);
}

export const NEVER = new AbortController().signal;

/** Puts an image in the order of apply: blobs, children, and the top manifest with its tag. */
export async function putImage(
  target: LayoutTarget,
  repository: string,
  tag: string,
  image: GeneratedImage,
): Promise<void> {
  for (const bytes of image.blobs.values()) await putBytes(target, repository, bytes);
  for (const manifest of image.manifests) {
    await target.putManifest(repository, manifest === image.top ? tag : undefined, manifest, NEVER);
  }
}

export async function putBytes(target: LayoutTarget, repository: string, bytes: Uint8Array): Promise<Descriptor> {
  const blob = blobOf(bytes);
  await target.putBlob(repository, blob, Readable.from([Buffer.from(bytes)]), NEVER);
  return blob;
}

/** Generates a small image. */
export function imageOf(name: string, options: ImageOptions = {}): GeneratedImage {
  return generateImage(name, { layers: 1, layerBytes: 64, ...options });
}

/** Returns the path of a digest in the layout of a repository. */
export function blobPath(base: string, repository: string, digest: string): string {
  return join(base, "mirror", repository, "blobs", ...digest.split(":"));
}
