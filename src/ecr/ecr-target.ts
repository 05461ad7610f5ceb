import type { Clock } from "../clock.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Mounted, Registry } from "../registry/registry.ts";
import { registryTarget, type RegistryTarget } from "../registry/registry-target.ts";
import type { Ecr } from "./ecr.ts";
import { createLayerMounts, type LayerMounts } from "./images/layer-mounts.ts";
import type { PutImageLimiter } from "./images/put-image-limiter.ts";

/** What {@link ecrTarget} makes. */
export type EcrTarget = Omit<RegistryTarget, "mountBlob"> & {
  mounts: Pick<LayerMounts, "isWorthwhile" | "sourceOf">;
  /** Undefined where the layer cannot be mounted yet: then nothing was asked. */
  mountBlob(repository: string, blob: Descriptor, from: string, signal: AbortSignal): Promise<Mounted | undefined>;
  /** What the tags that exist hold, of those asked for: one answer brings both. */
  readTagged(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Manifest>>;
};

/**
 * ECR as a place that images go to: its registry endpoint, but for what the API does better.
 * @param pace of the account and Region; every manifest waits for its turn, whichever way it goes
 * @param clock for a layer that can be mounted soon
 */
export function ecrTarget(ecr: Ecr, registry: Registry, pace: PutImageLimiter, clock: Clock): EcrTarget {
  const target = registryTarget(registry, "");
  const mounts = createLayerMounts(ecr.canMount, clock);
  const readTags = async (repository: string, tags: readonly string[], signal: AbortSignal) => {
    const held = await ecr.readTags(repository, tags, signal);
    const manifests = [...held].map(([tag, { manifest: bytes, mediaType, digest }]) => {
      return [tag, { bytes, mediaType, digest }] as const;
    });
    manifests.forEach(([, manifest]) => mounts.recordManifest(repository, manifest));
    return new Map<string, Manifest>(manifests);
  };
  return {
    ...target,
    missingBlobs: (repository, blobs, signal) => ecr.missingLayers(repository, blobs, signal),
    mounts,
    async mountBlob(repository, blob, from, signal) {
      return (await mounts.waitForManifest(blob, from, signal))
        ? target.mountBlob(repository, blob, from, signal)
        : undefined;
    },
    async readTags(repository, tags, signal): Promise<ReadonlyMap<string, Digest>> {
      const held = await readTags(repository, tags, signal);
      return new Map([...held].map(([tag, { digest }]) => [tag, digest]));
    },
    readTagged: readTags,
    async readManifest(repository, digest, signal) {
      const manifest = await target.readManifest(repository, digest, signal);
      mounts.recordManifest(repository, manifest);
      return manifest;
    },
    async putManifest(repository, tag, manifest, signal) {
      await pace.turn(`${repository}${tag === undefined ? `@${manifest.digest}` : `:${tag}`}`, signal);
      // The endpoint answers 405 "Invalid JSON syntax" to a manifest that does not name its media type (podman#1719);
      // the API takes the type beside it.
      await (declaresMediaType(manifest)
        ? target.putManifest(repository, tag, manifest, signal)
        : ecr.putImage(repository, manifest, tag, signal));
      mounts.recordManifest(repository, manifest);
    },
  };
}

function declaresMediaType(manifest: Manifest): boolean {
  const body: unknown = JSON.parse(new TextDecoder().decode(manifest.bytes));
  return typeof body === "object" && body !== null && "mediaType" in body;
}
