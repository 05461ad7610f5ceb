import pLimit, { type LimitFunction } from "p-limit";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { AbsentChild, absentAttestations, absentError, isAbsence } from "./absent-children.ts";
import type { ImageCopyContext } from "./image-copy-context.ts";
import type { ReadManifest } from "./manifest-reader.ts";
import { readTop, type TopManifest } from "./selected-platforms.ts";

/** Depth of indexes within indexes: deeper than any image in use, and a bound for malicious ones. */
const MAX_INDEX_DEPTH = 4;

/** Manifests of one image copied at once. Each may upload several blobs. */
const MANIFESTS_AT_ONCE = 3;

/**
 * Copies an image so that its tag never points to an incomplete one: blobs first, then child manifests by digest, and the
 * tagged manifest last (OCI distribution-spec, "Pushing manifests"; ECR refuses any other order).
 * @returns whether this run put the tag; false when the tag already had the content by then
 * @throws MirrorError NESTED_TOO_DEEPLY, PLATFORM_MISSING, and what source and target throw
 */
export async function copyImage(copy: ImageCopyContext): Promise<boolean> {
  const manifest = await copyContent(copy, await readTop(copy), 0);
  if (await copy.isTagDone()) return false;
  await copy.putTag(manifest);
  return true;
}

/** Copies everything that a manifest refers to. @returns the manifest, which is not put yet */
async function copyContent(copy: ImageCopyContext, read: TopManifest, depth: number): Promise<Manifest> {
  const { manifest, content, location } = read;
  if (content.kind === "image") {
    if (location !== undefined) copy.blobs.recordLocation(content.blobs, location);
    await copy.blobs.copy(content.blobs, { ...copy, manifest: manifest.digest, onBytes: copy.onBlobBytes });
    return manifest;
  }
  const limit = pLimit(MANIFESTS_AT_ONCE);
  const missing = await missingChildren(copy, distinct(content.manifests), limit);
  if (depth === 0 && missing.every((child) => isImageType(child.mediaType))) {
    copy.pulls.keepAtMost(missing.filter((child) => !copy.reader.has(child.digest)).length);
  }
  const isMissing = new Set(missing.map((child) => child.digest));
  for (const child of content.manifests) if (!isMissing.has(child.digest)) copy.barrier.skip(child.digest);
  const results = await Promise.allSettled(missing.map((child) => limit(() => copyChild(copy, child, depth + 1))));
  const gone = absentAmong(results, content.manifests, read.without === undefined);
  if (read.without === undefined || gone.length === 0) return manifest;
  copy.onWarning(absentAttestations(gone, content.manifests, copy));
  return read.without(new Set(gone.map(({ digest }) => digest)));
}

/**
 * Checks the results of all children. Nothing continues after the action has ended, even if some failed.
 * @param isNeeded whether every child is needed. Otherwise attestations are not
 * @returns attestations that the source no longer has
 * @throws the first failure; one MirrorError for all manifests that the source no longer has
 */
function absentAmong(
  results: readonly PromiseSettledResult<void>[],
  children: readonly Descriptor[],
  isNeeded: boolean,
): Descriptor[] {
  const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  const absent = failures.filter((failure) => failure instanceof AbsentChild);
  if (absent.length < failures.length) throw failures.find((failure) => !(failure instanceof AbsentChild));
  const [first, ...more] = absent.filter(({ child }) => isNeeded || child.attests === undefined);
  if (first !== undefined) throw absentError([first, ...more], children);
  return absent.map(({ child }) => child);
}

/** A manifest that the target has is complete there, as it was put after its content. Skipping it saves its pull. */
async function missingChildren(
  copy: ImageCopyContext,
  children: Descriptor[],
  limit: LimitFunction,
): Promise<Descriptor[]> {
  const has = await Promise.all(
    children.map((child) => limit(() => copy.target.hasManifest(copy.to, child.digest, copy.signal))),
  );
  return children.filter((_child, i) => has[i] !== true);
}

async function copyChild(copy: ImageCopyContext, child: Descriptor, depth: number): Promise<void> {
  if (depth > MAX_INDEX_DEPTH) throw nestedTooDeeply(copy);
  const manifest = await copyContent(copy, await readChild(copy, child), depth);
  await copy.children.put(copy.target, copy.to, manifest, copy.signal);
}

/** @throws AbsentChild if the source no longer has it */
async function readChild(copy: ImageCopyContext, child: Descriptor): Promise<ReadManifest> {
  try {
    return await copy.reader.read(copy.from, child, copy.signal, copy.pulls, copy.locations);
  } catch (error) {
    throw isAbsence(error) ? new AbsentChild(child, error) : error;
  }
}

function distinct(children: readonly Descriptor[]): Descriptor[] {
  return [...new Map(children.map((child) => [child.digest, child])).values()];
}

function nestedTooDeeply(copy: ImageCopyContext): MirrorError {
  return new MirrorError(`its indexes are nested more than ${MAX_INDEX_DEPTH} levels deep`, {
    code: "NESTED_TOO_DEEPLY",
    side: "source",
    operation: "read manifest",
    reference: `${copy.registry}/${copy.from}@${copy.digest}`,
    hint: "report this to its publisher, or mirror one of the images in it",
  });
}
