import { MirrorError } from "../errors.ts";
import { matchesDigest, type Digest } from "../oci/digest.ts";
import { parseJsonObject } from "../oci/json-object.ts";
import { readLayoutDocument } from "../oci/documents/misread-keys.ts";
import { MAX_MANIFEST_BYTES, type Manifest } from "../oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../oci/media-type.ts";
import type { LayoutWork } from "./files/file-error.ts";
import type { KnownIndexes } from "./known-indexes.ts";
import { blobSteps, pathIn, workOn, type LayoutFolder } from "./layout-folder.ts";
import { parseLayoutIndex, type LayoutIndex } from "./layout-index.ts";
import { MAX_INDEX_BYTES, MAX_MARKER_BYTES } from "./layout-limits.ts";
import { readSmallFile } from "./files/open-file.ts";

/** The hint for a file that does not match its digest or size. */
export const DAMAGED_HINT = "write or copy the layout again; the file is damaged";

/**
 * Reads `index.json` of a layout (OCI image-spec, image-layout.md).
 * @param known the indexes that need not be read again
 * @returns undefined if the folder is not a layout
 * @throws MirrorError LAYOUT_INVALID, TOO_LARGE, LAYOUT_FILE
 */
export async function readIndex(folder: LayoutFolder, known?: KnownIndexes): Promise<LayoutIndex | undefined> {
  const work = workOn(folder, "read layout");
  const marker = await small(folder, ["oci-layout"], MAX_MARKER_BYTES, work);
  if (marker === undefined) return undefined;
  const read = marker === "too-large" ? undefined : readLayoutDocument(marker);
  if (read?.kind === "ambiguous") throw invalid(work, read.problem);
  const version = read?.kind === "read" ? read.value["imageLayoutVersion"] : undefined;
  if (typeof version !== "string" || !version.startsWith("1.")) {
    throw invalid(work, "oci-layout specifies no layout version that mirrorform supports");
  }
  const path = await pathIn(folder, "index.json");
  const parse = () => parseIndexFile(folder);
  return known === undefined ? parse() : ((await known.find(path)) ?? known.remember(path, parse));
}

async function parseIndexFile(folder: LayoutFolder): Promise<LayoutIndex> {
  const work = workOn(folder, "read layout");
  const bytes = await readIndexFile(folder);
  if (bytes === undefined) throw invalid(work, "index.json is missing");
  if (bytes === "too-large") {
    const hint = "write the layout again, or split its tags across several layouts";
    throw tooLarge({ ...work, hint }, `index.json is larger than ${MAX_INDEX_BYTES} bytes`);
  }
  const index = parseLayoutIndex(bytes);
  if (typeof index === "string") throw invalid(work, index);
  return index;
}

/** Reads the bytes of `index.json`, even if the folder is not a layout. @throws MirrorError LAYOUT_FILE */
export function readIndexFile(folder: LayoutFolder): Promise<Buffer | "too-large" | undefined> {
  return small(folder, ["index.json"], MAX_INDEX_BYTES, workOn(folder, "read layout"));
}

/**
 * Reads a manifest and verifies its digest. If the manifest has no `mediaType`, the type is the OCI type of its form,
 * because only OCI manifests may omit it.
 * @returns undefined if the layout does not contain it
 * @throws MirrorError DIGEST_MISMATCH, TOO_LARGE, LAYOUT_FILE
 */
export async function readManifestFile(folder: LayoutFolder, digest: Digest): Promise<Manifest | undefined> {
  const work = workOn(folder, "read manifest", digest);
  const bytes = await small(folder, blobSteps(digest), MAX_MANIFEST_BYTES, work);
  if (bytes === undefined) return undefined;
  if (bytes === "too-large") throw tooLarge(work, `the manifest is larger than ${MAX_MANIFEST_BYTES} bytes`);
  if (!matchesDigest(bytes, digest)) {
    throw new MirrorError("the content of the file does not match its digest", {
      code: "DIGEST_MISMATCH",
      ...work,
      hint: DAMAGED_HINT,
    });
  }
  return { bytes, mediaType: mediaTypeOf(bytes), digest };
}

/** Returns the error for an invalid layout. */
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
