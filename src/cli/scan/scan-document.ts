import { familiarReference } from "../../oci/reference.ts";
import type { ImageValue } from "../../scan/found-image.ts";
import type { Occurrence, Scan } from "../../scan/scan-paths.ts";

/** Returns what `scan --json` prints. */
export function scanDocument({ files, images, notes }: Scan): object {
  return {
    formatVersion: "1.0",
    files,
    images: images.map(imageDocument),
    notes: notes.map(({ path, message, position }) => ({ path, message, ...position })),
  };
}

function imageDocument({ path, position, kind, at, text, value, platform }: Occurrence): object {
  const place = { path, ...position, kind, at, text };
  return { ...place, ...valueDocument(value), ...(platform === undefined ? {} : { platform }) };
}

function valueDocument(value: ImageValue): object {
  switch (value.kind) {
    case "image": {
      const { registry, repository, tag, digest } = value.reference;
      return { image: familiarReference(value.reference), registry, repository, tag, digest };
    }
    case "unresolved":
      return { unresolved: value.variables };
    case "invalid":
      return { invalid: value.message };
  }
}
