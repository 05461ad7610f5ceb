import { createBlobCopier, type BlobCopier, type Waiting } from "./copy-blob.ts";
import { createManifestReader, type ManifestReader } from "./manifest-reader.ts";
import type { ImageSource, ImageTarget } from "./ports.ts";

/** What a copy between one source and one target goes through. */
export interface Transfer {
  reader: ManifestReader;
  blobs: BlobCopier;
  target: ImageTarget;
}

/** One manifest reader for each source and one blob copier for each pair, shared by the whole run. */
export function createTransfers(
  source: (registry: string) => ImageSource,
  target: (name: string) => ImageTarget,
  waiting: Waiting,
): (registry: string, targetName: string) => Transfer {
  const readers = new Map<string, ManifestReader>();
  const transfers = new Map<string, Transfer>();
  return (registry, targetName) => {
    const pair = `${registry} ${targetName}`;
    const known = transfers.get(pair);
    if (known !== undefined) return known;
    const from = source(registry);
    const to = target(targetName);
    const reader = readers.get(registry) ?? createManifestReader(from);
    const transfer = { reader, blobs: createBlobCopier(from, to, waiting), target: to };
    readers.set(registry, reader);
    transfers.set(pair, transfer);
    return transfer;
  };
}
