import { parseDigest, type Digest } from "../oci/digest.ts";
import { isJsonObject } from "../oci/json-object.ts";
import { isTag } from "../oci/reference.ts";
import { isRunnable } from "../oci/platforms/platform.ts";

/** A tag as the catalogue describes it. For information only: what is copied is read from the registry. */
export interface CatalogueTag {
  name: string;
  /** Of the index, where the tag points to one. */
  digest?: Digest;
  /** Milliseconds since 1970. */
  pushed?: number;
  content?: CatalogueContent;
}

export interface CatalogueContent {
  /** Images that can be run. Windows images of one platform differ in `os.version` and count separately. */
  platforms: number;
  /** The compressed size of all images. */
  bytes: number;
}

/** Parses a tag in the catalogue's JSON. Undefined without a name that can be a tag; other fields that are missing or invalid are omitted. */
export function readCatalogueTag(value: unknown): CatalogueTag | undefined {
  if (!isJsonObject(value) || typeof value["name"] !== "string" || !isTag(value["name"])) return undefined;
  const digest = typeof value["digest"] === "string" ? parseDigest(value["digest"]) : undefined;
  const pushed = readDate(value["tag_last_pushed"]) ?? readDate(value["last_updated"]);
  const content = readContent(value["images"]);
  return {
    name: value["name"],
    ...(digest === undefined ? {} : { digest }),
    ...(pushed === undefined ? {} : { pushed }),
    ...(content === undefined ? {} : { content }),
  };
}

function readDate(value: unknown): number | undefined {
  const date = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

function readContent(images: unknown): CatalogueContent | undefined {
  if (!Array.isArray(images)) return undefined;
  let platforms = 0;
  let bytes = 0;
  for (const image of images as unknown[]) {
    if (!isJsonObject(image)) return undefined;
    const { os, architecture, size } = image;
    if (typeof os !== "string" || typeof architecture !== "string") return undefined;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
    bytes += size;
    if (isRunnable({ os, architecture })) platforms += 1;
  }
  return { platforms, bytes };
}
