import type { Clock } from "../../clock.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";

/**
 * How long a layer that has arrived in one repository is waited for to be named by a manifest there. Milliseconds. What
 * takes longer than that is mostly another layer of the image, larger than the one that a mount would save.
 */
const NAMED_WITHIN_MILLISECONDS = 30_000;

/** Bytes of a layer that is as soon sent as waited for. */
const SMALL_LAYER = 512 * 1024;

/**
 * From where layers can be mounted in one registry. ECR mounts only what a manifest of the other repository names, and
 * answers anything else with an upload (aws/containers-roadmap#2860).
 */
export interface LayerMounts {
  /** Whether a layer that this run is bringing to one repository will be worth mounting into another from there. */
  isWorthwhile(layer: Descriptor, from: string, to: string): boolean;
  /** A repository that is known to have a layer named, and lets it be mounted into `to`. */
  sourceOf(layer: Descriptor, to: string): string | undefined;
  /**
   * Waits for the manifest that names a layer of `from`, where it is not there yet.
   * @returns false when it did not come in time; then it is not waited for again
   */
  waitForManifest(layer: Descriptor, from: string, signal: AbortSignal): Promise<boolean>;
  /** Tells of a manifest that is in a repository. */
  recordManifest(repository: string, manifest: Manifest): void;
}

/** @param canMount whether the account, and both repositories' encryption, let layers be mounted; asks nobody */
export function createLayerMounts(canMount: (from: string, to: string) => boolean, clock: Clock): LayerMounts {
  const naming = new Map<Digest, Set<string>>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const inVain = new Set<string>();
  const isNamed = (layer: Descriptor, repository: string): boolean =>
    naming.get(layer.digest)?.has(repository) === true;

  return {
    isWorthwhile: (layer, from, to) => layer.size > SMALL_LAYER && from !== to && canMount(from, to),

    sourceOf(layer, to) {
      return [...(naming.get(layer.digest) ?? [])].find((from) => from !== to && canMount(from, to));
    },

    async waitForManifest(layer, from, signal) {
      const place = placeOf(layer.digest, from);
      if (isNamed(layer, from) || inVain.has(place)) return isNamed(layer, from);
      const arrival = waiting.get(place) ?? Promise.withResolvers<void>();
      waiting.set(place, arrival);
      const isOver = new AbortController();
      try {
        const lapse = clock.sleep(NAMED_WITHIN_MILLISECONDS, AbortSignal.any([signal, isOver.signal]));
        await Promise.race([arrival.promise, lapse]);
      } finally {
        isOver.abort();
      }
      if (!isNamed(layer, from)) inVain.add(place);
      return isNamed(layer, from);
    },

    recordManifest(repository, manifest) {
      if (!isImageType(manifest.mediaType)) return;
      const content = readManifest(manifest);
      if (content.kind !== "image") return;
      for (const { digest } of content.blobs) {
        naming.set(digest, (naming.get(digest) ?? new Set()).add(repository));
        const place = placeOf(digest, repository);
        waiting.get(place)?.resolve();
        waiting.delete(place);
      }
    },
  };
}

function placeOf(digest: Digest, repository: string): string {
  return `${repository}@${digest}`;
}
