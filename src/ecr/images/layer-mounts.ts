import type { Clock } from "../../clock.ts";
import { blobKey, type Descriptor } from "../../oci/descriptor.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";

/**
 * How long to wait for the manifest that refers to a layer, after the layer has arrived. If it takes longer, the image
 * usually has another layer that is larger than the one a mount would save.
 */
const MANIFEST_TIMEOUT_MILLISECONDS = 30_000;

/** Up to this size in bytes, uploading a layer is as fast as waiting for a mount. */
const SMALL_LAYER = 512 * 1024;

/**
 * Tracks from which repositories of a registry layers can be mounted. ECR mounts a layer only if a manifest in the other
 * repository refers to it, and otherwise starts an upload (aws/containers-roadmap#2860).
 */
export interface LayerMounts {
  /** Returns whether to mount a layer into `to` that this run is uploading to `from`. */
  isWorthwhile(layer: Descriptor, from: string, to: string): boolean;
  /** Returns a repository from which a layer can be mounted into `to`. */
  sourceOf(layer: Descriptor, to: string): string | undefined;
  /**
   * Waits until a manifest in `from` refers to a layer.
   * @returns false if it takes too long; later calls then do not wait
   */
  waitForManifest(layer: Descriptor, from: string, signal: AbortSignal): Promise<boolean>;
  /** Records that a repository has a manifest. */
  recordManifest(repository: string, manifest: Manifest): void;
}

/** @param canMount returns whether the account and the encryption of both repositories allow mounting; makes no request */
export function createLayerMounts(canMount: (from: string, to: string) => boolean, clock: Clock): LayerMounts {
  /** Repositories with a manifest that refers to a layer. */
  const repositories = new Map<string, Set<string>>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const timedOut = new Set<string>();
  const isReferenced = (layer: Descriptor, repository: string): boolean =>
    repositories.get(blobKey(layer))?.has(repository) === true;

  return {
    isWorthwhile: (layer, from, to) => layer.size > SMALL_LAYER && from !== to && canMount(from, to),

    sourceOf(layer, to) {
      return [...(repositories.get(blobKey(layer)) ?? [])].find((from) => from !== to && canMount(from, to));
    },

    async waitForManifest(layer, from, signal) {
      const key = keyOf(layer, from);
      if (isReferenced(layer, from) || timedOut.has(key)) return isReferenced(layer, from);
      const arrival = waiting.get(key) ?? Promise.withResolvers<void>();
      waiting.set(key, arrival);
      const timer = new AbortController();
      try {
        const timeout = clock.sleep(MANIFEST_TIMEOUT_MILLISECONDS, AbortSignal.any([signal, timer.signal]));
        await Promise.race([arrival.promise, timeout]);
      } finally {
        timer.abort();
      }
      if (!isReferenced(layer, from)) timedOut.add(key);
      return isReferenced(layer, from);
    },

    recordManifest(repository, manifest) {
      if (!isImageType(manifest.mediaType)) return;
      const content = readManifest(manifest);
      if (content.kind !== "image") return;
      for (const blob of content.blobs) {
        repositories.set(blobKey(blob), (repositories.get(blobKey(blob)) ?? new Set()).add(repository));
        const key = keyOf(blob, repository);
        waiting.get(key)?.resolve();
        waiting.delete(key);
      }
    },
  };
}

function keyOf(blob: Descriptor, repository: string): string {
  return `${repository}@${blobKey(blob)}`;
}
