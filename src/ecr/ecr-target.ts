import type { Clock } from "../clock.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Mounted, Registry } from "../registry/registry.ts";
import { registryTarget, type RegistryTarget } from "../registry/registry-target.ts";
import { confirmingPut } from "../registry/confirm-put.ts";
import type { Ecr } from "./ecr.ts";
import { createLayerMounts, type LayerMounts } from "./images/layer-mounts.ts";

/** The target that {@link ecrTarget} returns. */
export type EcrTarget = Omit<RegistryTarget, "mountBlob"> & {
  mounts: Pick<LayerMounts, "isWorthwhile" | "sourceOf">;
  /** Undefined if the layer cannot be mounted yet; no request was made. */
  mountBlob(repository: string, blob: Descriptor, from: string, signal: AbortSignal): Promise<Mounted | undefined>;
  /** Reads the manifests of those `tags` that exist. ECR returns tag and manifest in one response. */
  readTagged(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Manifest>>;
};

/**
 * Writes images to ECR through its registry endpoint, and through the API where the API does better.
 * @param clock limits the wait for a layer that can be mounted soon
 */
export function ecrTarget(ecr: Ecr, registry: Registry, clock: Clock): EcrTarget {
  const target = registryTarget(registry, "");
  const mounts = createLayerMounts(ecr.canMount, clock);
  const readTags = async (repository: string, tags: readonly string[], signal: AbortSignal) => {
    const existing = await ecr.readTags(repository, tags, signal);
    const manifests = [...existing].map(([tag, { manifest: bytes, mediaType, digest }]) => {
      return [tag, { bytes, mediaType, digest }] as const;
    });
    manifests.forEach(([, manifest]) => mounts.recordManifest(repository, manifest));
    return new Map<string, Manifest>(manifests);
  };
  const readDigests: EcrTarget["readTags"] = async (repository, tags, signal) => {
    const existing = await readTags(repository, tags, signal);
    return new Map([...existing].map(([tag, { digest }]) => [tag, digest]));
  };
  const putImage = confirmingPut({
    readTags: readDigests,
    hasManifest: target.hasManifest,
    putManifest: (repository, tag, manifest, signal) => ecr.putImage(repository, manifest, tag, signal),
  });
  return {
    ...target,
    missingBlobs: (repository, blobs, signal) => ecr.missingLayers(repository, blobs, signal),
    mounts,
    async mountBlob(repository, blob, from, signal) {
      return (await mounts.waitForManifest(blob, from, signal))
        ? target.mountBlob(repository, blob, from, signal)
        : undefined;
    },
    readTags: readDigests,
    readTagged: readTags,
    async readManifest(repository, digest, signal) {
      const manifest = await target.readManifest(repository, digest, signal);
      mounts.recordManifest(repository, manifest);
      return manifest;
    },
    async putManifest(repository, tag, manifest, signal) {
      // The endpoint rejects a manifest without a media type, with 405 "Invalid JSON syntax" (podman#1719). The API
      // takes the media type as a separate parameter.
      await (declaresMediaType(manifest)
        ? target.putManifest(repository, tag, manifest, signal)
        : putImage(repository, tag, manifest, signal));
      mounts.recordManifest(repository, manifest);
    },
  };
}

function declaresMediaType(manifest: Manifest): boolean {
  const body: unknown = JSON.parse(new TextDecoder().decode(manifest.bytes));
  return typeof body === "object" && body !== null && "mediaType" in body;
}
