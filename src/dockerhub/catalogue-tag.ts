import { parseDigest, type Digest } from "../oci/digest.ts";
import { isJsonObject } from "../oci/json-object.ts";
import { isRunnable } from "../oci/platform.ts";

/** What the catalogue says of a tag. Claims, all of them: what is copied is asked of the registry. */
export interface CatalogueTag {
  name: string;
  /** Of the index, where the tag names one. */
  digest?: Digest;
  /** Milliseconds since 1970. */
  pushed?: number;
  content?: CatalogueContent;
}

export interface CatalogueContent {
  /** Images to run. Windows has several for one platform, which differ in `os.version`: each is one. */
  platforms: number;
  /** Sum of the compressed sizes of its images. */
  bytes: number;
}

/** Reads one tag of the catalogue's JSON; undefined where it has no name. What else is missing or odd is left out. */
export function readCatalogueTag(value: unknown): CatalogueTag | undefined {
  if (!isJsonObject(value) || typeof value["name"] !== "string") return undefined;
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
