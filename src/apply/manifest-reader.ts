import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { readManifest, type Manifest, type ManifestContent } from "../oci/manifest.ts";
import { SCHEMA_1_HINT } from "../oci/media-type.ts";
import type { ImageSource } from "./ports.ts";

export interface ReadManifest {
  manifest: Manifest;
  content: ManifestContent;
}

/** Reads manifests from one source; each digest is asked for once in a run, as each request may be a pull. */
export interface ManifestReader {
  /** @param onRequest called when the source is really asked */
  read(repository: string, digest: Digest, signal: AbortSignal, onRequest: () => void): Promise<ReadManifest>;
}

/** @throws MirrorError MANIFEST_INVALID, MEDIA_TYPE_UNSUPPORTED, and whatever the source throws */
export function createManifestReader(source: ImageSource): ManifestReader {
  const received = new Map<Digest, { repository: string; reading: Promise<ReadManifest> }>();
  const reader: ManifestReader = {
    read(repository, digest, signal, onRequest) {
      const known = received.get(digest);
      if (known !== undefined) {
        // What another repository refuses this one may serve: its failure is not ours.
        const again = () => reader.read(repository, digest, signal, onRequest);
        return known.repository === repository ? known.reading : known.reading.catch(again);
      }
      onRequest();
      const reading = source.readManifest(repository, digest, signal).then(understand);
      received.set(digest, { repository, reading });
      // A failure is not remembered: another action may have better luck.
      reading.catch(() => received.delete(digest));
      return reading;
    },
  };
  return reader;
}

function understand(manifest: Manifest): ReadManifest {
  const content = readManifest(manifest);
  if (content.kind === "index" || content.kind === "image") return { manifest, content };
  throw new MirrorError(content.message, {
    code: content.kind === "invalid" ? "MANIFEST_INVALID" : "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "read a manifest",
    reference: manifest.digest,
    hint:
      content.kind === "schema-1"
        ? SCHEMA_1_HINT
        : "Mirror another tag of this image, or ask its publisher for an image in the OCI or Docker format.",
  });
}
