import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isGenericType } from "../../oci/media-type.ts";

/** A manifest to read. */
export interface WantedManifest {
  digest: Digest;
  /** The media type according to the plan or the parent manifest; undefined if nothing names it. */
  mediaType?: string | undefined;
}

/**
 * Checks the media type of a manifest that comes from another place than the image's source. The digest does not cover
 * the Content-Type, so that another place could turn an image into something that is refused, or is stored wrong.
 * @returns the manifest with the planned type, if the place names none
 * @throws MirrorError UNEXPECTED_RESPONSE
 */
export function asPlanned(manifest: Manifest, { mediaType: planned = "" }: WantedManifest, place: string): Manifest {
  const isTyped = isGenericType(manifest.mediaType) || isGenericType(planned) || manifest.mediaType === planned;
  const typed = isGenericType(manifest.mediaType) ? { ...manifest, mediaType: planned } : manifest;
  const { kind } = readManifest(typed);
  if (isTyped && (kind === "index" || kind === "image")) return typed;
  const about = { side: "source", operation: "read manifest", reference: `${place}@${manifest.digest}` } as const;
  throw new MirrorError("the manifest was served with another media type", { ...about, code: "UNEXPECTED_RESPONSE" });
}
