import { familiarReference } from "../../oci/reference.ts";
import type { ImageValue } from "../../scan/found-image.ts";
import type { Assessed } from "../../scan/assess.ts";
import type { Written } from "./write-missing.ts";
import type { ScanView } from "./scan-view.ts";

/** Returns what `scan --json` prints. */
export function scanDocument({ files, images, notes, isCompared }: ScanView, written: Written | undefined): object {
  return {
    formatVersion: "1.0",
    files,
    images: images.map((image) => imageDocument(image, isCompared)),
    notes: notes.map(({ path, message, position }) => ({ path, message, ...position })),
    ...(written === undefined ? {} : { written: writtenDocument(written) }),
  };
}

function writtenDocument({ path, entries, withoutPlace }: Written): object {
  return { path, entries, withoutPlace: withoutPlace.map(familiarReference) };
}

function imageDocument(image: Assessed, isCompared: boolean): object {
  const { path, position, kind, at, text, value, platform, status } = image;
  return {
    path,
    ...position,
    kind,
    at,
    text,
    ...valueDocument(value),
    ...(platform === undefined ? {} : { platform }),
    ...(isCompared ? { status: status.kind } : {}),
    ...(isCompared && status.kind === "missing" ? { missing: status.missing } : {}),
  };
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
