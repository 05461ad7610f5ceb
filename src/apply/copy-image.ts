import pLimit from "p-limit";

import { MirrorError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { BlobCopier } from "./copy-blob.ts";
import type { ManifestReader } from "./manifest-reader.ts";
import type { ImageTarget } from "./ports.ts";

/** An index in an index in an index: deeper than any image in use. A hostile one must not lead us on for ever. */
const MAX_INDEX_DEPTH = 4;

/** Manifests of one image worked on at once. Each may upload several blobs. */
const MANIFESTS_AT_ONCE = 3;

/** One image on its way from a source's repository to a target's. */
export interface ImageCopy {
  from: string;
  to: string;
  digest: Digest;
  tag: string;
  reader: ManifestReader;
  target: ImageTarget;
  blobs: BlobCopier;
  signal: AbortSignal;
  /** Called for each manifest that the source is asked for. */
  onManifestRequest: () => void;
  /** Called for each blob that was sent whole. */
  onBlobSent: (blob: Descriptor) => void;
  /** Called just before the tag is put; true when it holds the digest by now. */
  isTagDone: () => Promise<boolean>;
}

/**
 * Copies an image so that at no moment a tag names an incomplete one: blobs first, then child manifests by digest,
 * last the manifest that the tag names (OCI distribution-spec, "Pushing manifests"; ECR refuses any other order).
 * @returns whether the tag was put by us; false when someone else had put it meanwhile
 * @throws MirrorError NESTED_TOO_DEEPLY, and what source and target throw
 */
export async function copyImage(copy: ImageCopy): Promise<boolean> {
  const manifest = await bringContent(copy, copy.digest, 0);
  if (await copy.isTagDone()) return false;
  await copy.target.putManifest(copy.to, copy.tag, manifest, copy.signal);
  return true;
}

/** Brings everything that a manifest refers to, and gives the manifest itself back unwritten. */
async function bringContent(copy: ImageCopy, digest: Digest, depth: number): Promise<Manifest> {
  if (depth > MAX_INDEX_DEPTH) throw nestedTooDeeply(copy);
  const { manifest, content } = await copy.reader.read(copy.from, digest, copy.signal, copy.onManifestRequest);
  if (content.kind === "image") {
    await settled(
      content.blobs.map((blob) => copy.blobs.bring(copy.from, copy.to, blob, copy.signal, copy.onBlobSent)),
    );
    return manifest;
  }
  const limit = pLimit(MANIFESTS_AT_ONCE);
  const children = distinct(content.manifests);
  await settled(children.map((child) => limit(() => bringChild(copy, child, depth + 1))));
  return manifest;
}

/** A child that the target has is complete there: whoever put it had put its content before. It costs no pull. */
async function bringChild(copy: ImageCopy, child: Descriptor, depth: number): Promise<void> {
  if (await copy.target.hasManifest(copy.to, child.digest, copy.signal)) return;
  const manifest = await bringContent(copy, child.digest, depth);
  await copy.target.putManifest(copy.to, undefined, manifest, copy.signal);
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
    operation: "read a manifest",
    reference: `${copy.from}@${copy.digest}`,
    hint: "No image in use is built this way. Ask its publisher, or mirror one of the images it holds.",
  });
}
