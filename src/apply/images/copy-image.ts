import pLimit, { type LimitFunction } from "p-limit";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { readTop } from "./selected-platforms.ts";
import type { ImageCopy } from "./image-copy.ts";

/** An index in an index in an index: deeper than any image in use. A hostile one must not lead us on for ever. */
const MAX_INDEX_DEPTH = 4;

/** Manifests of one image worked on at once. Each may upload several blobs. */
const MANIFESTS_AT_ONCE = 3;

/**
 * Copies an image so that at no moment a tag names an incomplete one: blobs first, then child manifests by digest,
 * last the manifest that the tag names (OCI distribution-spec, "Pushing manifests"; ECR refuses any other order).
 * @returns whether the tag was put by us; false when someone else had put it meanwhile
 * @throws MirrorError NESTED_TOO_DEEPLY, PLATFORM_MISSING, and what source and target throw
 */
export async function copyImage(copy: ImageCopy): Promise<boolean> {
  const manifest = await bringContent(copy, copy.digest, 0);
  if (await copy.isTagDone()) return false;
  await copy.putTag(manifest);
  return true;
}

/** Brings everything that a manifest refers to, and gives the manifest itself back unwritten. */
async function bringContent(copy: ImageCopy, digest: Digest, depth: number): Promise<Manifest> {
  if (depth > MAX_INDEX_DEPTH) throw nestedTooDeeply(copy);
  const { manifest, content, holder } =
    depth === 0
      ? await readTop(copy)
      : await copy.reader.read(copy.from, digest, copy.signal, copy.pulls, copy.holders);
  if (content.kind === "image") {
    if (holder !== undefined) copy.blobs.heldAt(content.blobs, holder);
    await copy.blobs.bring(content.blobs, { ...copy, manifest: digest, onBytes: copy.onBlobBytes });
    return manifest;
  }
  const limit = pLimit(MANIFESTS_AT_ONCE);
  const missing = await missingChildren(copy, distinct(content.manifests), limit);
  if (depth === 0 && missing.every((child) => isImageType(child.mediaType))) {
    copy.pulls.keepAtMost(missing.filter((child) => !copy.reader.has(child.digest)).length);
  }
  const isMissing = new Set(missing.map((child) => child.digest));
  for (const child of content.manifests) if (!isMissing.has(child.digest)) copy.together.pass(child.digest);
  await settled(missing.map((child) => limit(() => bringChild(copy, child, depth + 1))));
  return manifest;
}

/** A child that the target has is complete there: whoever put it had put its content before. It costs no pull. */
async function missingChildren(copy: ImageCopy, children: Descriptor[], limit: LimitFunction): Promise<Descriptor[]> {
  const has = await Promise.all(
    children.map((child) => limit(() => copy.target.hasManifest(copy.to, child.digest, copy.signal))),
  );
  return children.filter((_child, i) => has[i] !== true);
}

async function bringChild(copy: ImageCopy, child: Descriptor, depth: number): Promise<void> {
  const manifest = await bringContent(copy, child.digest, depth);
  await copy.children.put(copy.target, copy.to, manifest, copy.signal);
}

/** Waits for all, also when one fails: nothing may go on unseen behind a finished action. */
async function settled(work: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

function distinct(children: readonly Descriptor[]): Descriptor[] {
  return [...new Map(children.map((child) => [child.digest, child])).values()];
}

function nestedTooDeeply(copy: ImageCopy): MirrorError {
  return new MirrorError(`indexes are nested more than ${MAX_INDEX_DEPTH} deep`, {
    code: "NESTED_TOO_DEEPLY",
    side: "source",
    operation: "read manifest",
    reference: `${copy.from}@${copy.digest}`,
    hint: "No image in use is built this way. Ask its publisher, or mirror one of the images it holds.",
  });
}
