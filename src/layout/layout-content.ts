import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { MirrorError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { readManifest } from "../oci/manifest.ts";
import { fileError, isAbsent, linkError } from "./files/file-error.ts";
import { fileStream } from "./files/file-stream.ts";
import { blobSteps, pathIn, workOn, type LayoutFolder } from "./layout-folder.ts";
import { MAX_INDEX_DEPTH } from "./layout-limits.ts";
import { openFile } from "./files/open-file.ts";
import { DAMAGED_HINT, readManifestFile } from "./read-layout.ts";

/** Returns the `blobs` that are missing in a layout, or have another size. @throws MirrorError LAYOUT_FILE */
export async function missingFrom(folder: LayoutFolder, blobs: readonly Descriptor[]): Promise<Descriptor[]> {
  const kinds = new Set(blobs.map(({ digest }) => blobSteps(digest)[1]));
  for (const kind of kinds) await refuseLinkedFolder(folder, kind);
  const sizes = await Promise.all(blobs.map(({ digest }) => sizeOf(folder, digest)));
  return blobs.filter(({ size }, i) => sizes[i] !== size);
}

/**
 * Returns whether a layout contains a manifest and everything it refers to, each file with its size. The manifest's file
 * alone is not enough: it may be a blob of another image, or the layout may have been copied incompletely.
 */
export async function isComplete(folder: LayoutFolder, digest: Digest, depth = 0): Promise<boolean> {
  if (depth > MAX_INDEX_DEPTH) return false;
  const manifest = await readManifestFile(folder, digest).catch(undefinedIfDamaged);
  if (manifest === undefined) return false;
  const content = readManifest(manifest);
  if (content.kind === "image") return (await missingFrom(folder, content.blobs)).length === 0;
  if (content.kind !== "index") return false;
  for (const child of content.manifests) if (!(await isComplete(folder, child.digest, depth + 1))) return false;
  return true;
}

/**
 * Opens a blob at `offset`, in bytes. Does not verify the digest.
 * @returns undefined if the layout does not contain the blob
 * @throws MirrorError DIGEST_MISMATCH if the file has another size; LAYOUT_FILE
 */
export async function openContent(
  folder: LayoutFolder,
  { digest, size }: Descriptor,
  offset: number,
  signal: AbortSignal,
): Promise<Readable | undefined> {
  const work = workOn(folder, "read blob", digest);
  const file = await openFile(await pathIn(folder, ...blobSteps(digest)), work);
  if (file === undefined) return undefined;
  if (file.size === size) return fileStream(file.handle, offset, work, signal);
  await file.handle.close();
  throw new MirrorError(`the file has ${file.size} bytes, but the manifest specifies ${size}`, {
    code: "DIGEST_MISMATCH",
    ...work,
    hint: DAMAGED_HINT,
  });
}

/** Treats a damaged file as missing, so that it is written again. */
function undefinedIfDamaged(error: unknown): undefined {
  if (error instanceof MirrorError && (error.code === "DIGEST_MISMATCH" || error.code === "TOO_LARGE"))
    return undefined;
  throw error;
}

async function sizeOf(folder: LayoutFolder, digest: Digest): Promise<number | undefined> {
  const work = workOn(folder, "check for blob", digest);
  const path = await pathIn(folder, ...blobSteps(digest));
  return folder.root.reading(async () => {
    try {
      const stat = await lstat(path);
      if (stat.isSymbolicLink()) throw linkError(work);
      return stat.isFile() ? stat.size : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw fileError(error, work);
    }
  });
}

async function refuseLinkedFolder(folder: LayoutFolder, algorithm: string): Promise<void> {
  const work = workOn(folder, "check for blobs in");
  const path = join(await pathIn(folder), "blobs", algorithm);
  try {
    if ((await realpath(path)) !== path) throw linkError(work);
  } catch (error) {
    if (!isAbsent(error)) throw fileError(error, work);
  }
}
