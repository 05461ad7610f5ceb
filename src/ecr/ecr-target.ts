import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Registry } from "../registry/registry.ts";
import { registryTarget, type RegistryTarget } from "../registry/registry-target.ts";
import type { Ecr } from "./ecr.ts";
import type { PutImagePace } from "./put-image-pace.ts";

/** What {@link ecrTarget} makes. */
export type EcrTarget = Omit<RegistryTarget, "mountBlob"> & {
  mountBlob: undefined;
  /** What the tags that exist hold, of those asked for: one answer brings both. */
  readTagged(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Manifest>>;
};

/**
 * ECR as a place that images go to: its registry endpoint, but for what the API does better.
 * @param pace of the account and Region; every manifest waits for its turn, whichever way it goes
 */
export function ecrTarget(ecr: Ecr, registry: Registry, pace: PutImagePace): EcrTarget {
  const target = registryTarget(registry, "");
  return {
    ...target,
    missingBlobs: (repository, blobs, signal) => ecr.missingLayers(repository, blobs, signal),
    // Off by default, and bound to an account setting and to equal keys: docs/decisions/0010-one-download.md.
    mountBlob: undefined,
    async readTags(repository, tags, signal): Promise<ReadonlyMap<string, Digest>> {
      const held = await ecr.readTags(repository, tags, signal);
      return new Map([...held].map(([tag, { digest }]) => [tag, digest]));
    },
    async readTagged(repository, tags, signal): Promise<ReadonlyMap<string, Manifest>> {
      const held = await ecr.readTags(repository, tags, signal);
      return new Map(
        [...held].map(([tag, { manifest, mediaType, digest }]) => [tag, { bytes: manifest, mediaType, digest }]),
      );
    },
    async putManifest(repository, tag, manifest, signal) {
      await pace.turn(`${repository}${tag === undefined ? `@${manifest.digest}` : `:${tag}`}`, signal);
      // The endpoint answers 405 "Invalid JSON syntax" to a manifest that does not name its media type (podman#1719);
      // the API takes the type beside it.
      return declaresMediaType(manifest)
        ? target.putManifest(repository, tag, manifest, signal)
        : ecr.putImage(repository, manifest, tag, signal);
    },
  };
}

function declaresMediaType(manifest: Manifest): boolean {
  const body: unknown = JSON.parse(new TextDecoder().decode(manifest.bytes));
  return typeof body === "object" && body !== null && "mediaType" in body;
}
