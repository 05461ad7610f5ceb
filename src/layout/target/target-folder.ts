import { join } from "node:path";

import { isJsonObject } from "../../oci/json-object.ts";
import { requireFolderPath } from "../files/open-file.ts";
import type { KnownIndexes } from "../known-indexes.ts";
import { pathIn, workOn, type LayoutFolder } from "../layout-folder.ts";
import { EMPTY_INDEX, formatLayoutIndex, namesIn, parseLayoutIndex, type LayoutIndex } from "../layout-index.ts";
import { invalid, readIndex, readIndexFile } from "../read-layout.ts";
import { INDEX_LOCK, refuseForeignLock } from "./index-lock.ts";
import { UPLOADS } from "./staging.ts";

/** The state of a folder to write to. */
export type TargetFolder =
  | { kind: "layout"; index: LayoutIndex }
  /** A run wrote the first tag and was killed before it wrote `oci-layout`. */
  | { kind: "interrupted"; index: LayoutIndex }
  | { kind: "empty" };

/**
 * Reads a folder to write to. An `index.json` without `oci-layout` may belong to another tool or an incomplete layout,
 * and must not be overwritten. The exception is an index exactly as mirrorform first writes it, with one tag. What would
 * stop a later write is refused here, before pulls are spent: a link or a file in place of a folder, and a foreign lock.
 * @throws MirrorError LAYOUT_INVALID, also for another tool's `index.json`; TOO_LARGE, LAYOUT_FILE
 */
export async function readTargetFolder(folder: LayoutFolder, known: KnownIndexes): Promise<TargetFolder> {
  await checkFoldersToWrite(folder);
  const index = await readIndex(folder, known);
  if (index !== undefined) return { kind: "layout", index };
  const bytes = await readIndexFile(folder);
  if (bytes === undefined) return { kind: "empty" };
  const interrupted = bytes === "too-large" ? undefined : parseFirstIndex(bytes);
  if (interrupted !== undefined) return { kind: "interrupted", index: interrupted };
  // Another run may have created the layout since the first check.
  const created = await readIndex(folder);
  if (created !== undefined) return { kind: "layout", index: created };
  const message = "index.json exists but oci-layout is missing, so the folder is not a layout, or an incomplete one";
  throw invalid(workOn(folder, "read layout"), message, HINT);
}

async function checkFoldersToWrite(folder: LayoutFolder): Promise<void> {
  const { root } = folder;
  const work = workOn(folder, "read layout");
  await requireFolderPath(await pathIn(folder, "blobs", "sha256"), work);
  await requireFolderPath(join(await root.base(), ...root.steps, UPLOADS), work);
  await refuseForeignLock(await pathIn(folder, INDEX_LOCK), work);
}

const HINT =
  'use another folder, or move index.json away; mirrorform has not changed it. If the folder is a layout, restore its oci-layout: {"imageLayoutVersion":"1.0.0"}';

/** Parses an index exactly as mirrorform first writes it, byte for byte; undefined for any other. */
function parseFirstIndex(bytes: Uint8Array): LayoutIndex | undefined {
  const index = parseLayoutIndex(bytes);
  if (typeof index === "string") return undefined;
  const [entry, ...others] = index.document.manifests;
  if (entry === undefined || others.length > 0) return undefined;
  const [name] = namesIn(index);
  const { mediaType, digest, size, annotations } = entry;
  if (name === undefined || !isJsonObject(annotations)) return undefined;
  const [key = ""] = Object.keys(annotations);
  const manifests = [{ mediaType, digest, size, annotations: { [key]: name } }];
  const expected = formatLayoutIndex({ document: { ...EMPTY_INDEX.document, manifests } });
  return Buffer.from(expected).equals(bytes) ? index : undefined;
}
