import { MirrorError } from "../errors.ts";
import { matchesDigest, type Digest } from "../oci/digest.ts";
import { parseJsonObject } from "../oci/json-object.ts";
import { MAX_MANIFEST_BYTES, type Manifest } from "../oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../oci/media-type.ts";
import type { LayoutWork } from "./files/file-error.ts";
import { blobSteps, pathIn, workOn, type LayoutFolder } from "./layout-folder.ts";
import { parseLayoutIndex, type LayoutIndex } from "./layout-index.ts";
import { MAX_INDEX_BYTES, MAX_MARKER_BYTES } from "./layout-limits.ts";
import { readSmallFile } from "./files/open-file.ts";

/**
 * Reads `index.json` of a layout (OCI image-spec, image-layout.md).
 * @returns undefined when there is no layout
 * @throws MirrorError LAYOUT_INVALID, TOO_LARGE, LAYOUT_FILE
 */
export async function readIndex(folder: LayoutFolder): Promise<LayoutIndex | undefined> {
  const work = workOn(folder, "read a layout");
  const marker = await small(folder, ["oci-layout"], MAX_MARKER_BYTES, work);
  if (marker === undefined) return undefined;
  const version = marker === "too-large" ? undefined : parseJsonObject(marker)?.["imageLayoutVersion"];
  if (typeof version !== "string" || !version.startsWith("1.")) {
    throw invalid(work, 'its file "oci-layout" names no version of image layouts that mirrorform knows');
  }
  const bytes = await readIndexFile(folder);
  if (bytes === undefined) throw invalid(work, "it has no index.json");
  if (bytes === "too-large") {
    const hint = "That is more than the tags of any repository need: write the layout again, or spread its tags.";
    throw tooLarge({ ...work, hint }, `its index.json has more than ${MAX_INDEX_BYTES} bytes`);
  }
  const index = parseLayoutIndex(bytes);
  if (index === undefined) throw invalid(work, "its index.json is no image index");
  return index;
}

/** The bytes of a folder's `index.json`, whether or not it is a layout. @throws MirrorError LAYOUT_FILE */
export function readIndexFile(folder: LayoutFolder): Promise<Buffer | "too-large" | undefined> {
  return small(folder, ["index.json"], MAX_INDEX_BYTES, workOn(folder, "read a layout"));
}

/**
 * A manifest of a layout. Its bytes match the digest; its media type is the one that it names itself, or the OCI type
 * of its form, as only OCI's manifests may leave it out.
 * @returns undefined when the layout does not have it
 * @throws MirrorError DIGEST_MISMATCH, TOO_LARGE, LAYOUT_FILE
 */
export async function readManifestFile(folder: LayoutFolder, digest: Digest): Promise<Manifest | undefined> {
  const work = workOn(folder, "read manifest", digest);
  const bytes = await small(folder, blobSteps(digest), MAX_MANIFEST_BYTES, work);
  if (bytes === undefined) return undefined;
  if (bytes === "too-large") throw tooLarge(work, `the manifest is larger than ${MAX_MANIFEST_BYTES} bytes`);
  if (!matchesDigest(bytes, digest)) {
    throw new MirrorError("the file holds something else than its name says", {
      code: "DIGEST_MISMATCH",
      ...work,
      hint: "It was damaged on its way: write or copy the layout again.",
    });
  }
  return { bytes, mediaType: mediaTypeOf(bytes), digest };
}

/** What is wrong with a layout itself. */
export function invalid(work: LayoutWork, message: string, hint?: string): MirrorError {
  return new MirrorError(message, { code: "LAYOUT_INVALID", ...work, hint });
}

function tooLarge(work: LayoutWork & { hint?: string }, message: string): MirrorError {
  return new MirrorError(message, { code: "TOO_LARGE", ...work });
}

function mediaTypeOf(bytes: Uint8Array): string {
  const body = parseJsonObject(bytes);
  const named = body?.["mediaType"];
  if (typeof named === "string") return named;
  return body !== undefined && "manifests" in body ? OCI_INDEX : OCI_MANIFEST;
}

async function small(
  folder: LayoutFolder,
  steps: readonly string[],
  limit: number,
  work: LayoutWork,
): Promise<Buffer | "too-large" | undefined> {
  const path = await pathIn(folder, ...steps);
  return folder.root.reading(() => readSmallFile(path, limit, work));
}
