import { isJsonObject } from "../../oci/json-object.ts";
import { workOn, type LayoutFolder } from "../layout-folder.ts";
import { EMPTY_INDEX, formatLayoutIndex, namesIn, parseLayoutIndex, type LayoutIndex } from "../layout-index.ts";
import { invalid, readIndex, readIndexFile } from "../read-layout.ts";

/** What a folder is to which images go. */
export type TargetFolder =
  | { kind: "layout"; index: LayoutIndex }
  /** A first tag was written, and whoever did that was killed before it was a layout. */
  | { kind: "begun"; index: LayoutIndex }
  | { kind: "empty" };

/**
 * Reads a folder that may be written to. An `index.json` without `oci-layout` is somebody else's, or of half a layout, and
 * would be lost: it is taken for ours only as we begin one, with one tag and nothing else.
 * @throws MirrorError LAYOUT_INVALID, also where it is not ours; TOO_LARGE, LAYOUT_FILE
 */
export async function readTargetFolder(folder: LayoutFolder): Promise<TargetFolder> {
  const index = await readIndex(folder);
  if (index !== undefined) return { kind: "layout", index };
  const bytes = await readIndexFile(folder);
  if (bytes === undefined) return { kind: "empty" };
  const begun = bytes === "too-large" ? undefined : readBegun(bytes);
  if (begun !== undefined) return { kind: "begun", index: begun };
  // Another run may have made the layout between the two looks.
  const made = await readIndex(folder);
  if (made !== undefined) return { kind: "layout", index: made };
  const message = 'it has an index.json and no file "oci-layout": it is no layout, or half of one';
  throw invalid(workOn(folder, "read a layout"), message, HINT);
}

const HINT =
  'It is left as it is. Name another folder, or move that index.json away; if it is a layout, give it back its oci-layout: {"imageLayoutVersion":"1.0.0"}';

/** The index as the first write of a layout leaves it, to the byte; undefined for any other. */
function readBegun(bytes: Uint8Array): LayoutIndex | undefined {
  const index = parseLayoutIndex(bytes);
  const [entry, ...others] = index?.document.manifests ?? [];
  if (index === undefined || entry === undefined || others.length > 0) return undefined;
  const [name] = namesIn(index);
  const { mediaType, digest, size, annotations } = entry;
  if (name === undefined || !isJsonObject(annotations)) return undefined;
  const [key = ""] = Object.keys(annotations);
  const manifests = [{ mediaType, digest, size, annotations: { [key]: name } }];
  const asWeWrite = formatLayoutIndex({ document: { ...EMPTY_INDEX.document, manifests } });
  return Buffer.from(asWeWrite).equals(bytes) ? index : undefined;
}
