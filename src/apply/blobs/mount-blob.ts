import { MirrorError } from "../../errors.ts";
import type { ImageTarget } from "../ports.ts";
import type { BlobLocations } from "./blob-locations.ts";
import type { BlobRequest } from "./blob-request.ts";

/**
 * Mounts blobs: a registry adds a blob to a repository that it already has in another one, without an upload
 * (distribution-spec, "Mounting a blob from another repository").
 *
 * State:
 * - `refusing`: the targets that are not asked for mounts again. `recordRefusal` adds; nothing is removed.
 * - `mounting`: the targets where a mount has succeeded. `recordMount` adds; nothing is removed.
 * - `locations`: the target repositories that have a blob, shared with blob-copier.ts and blob-runs.ts. `recordMount` adds.
 *
 * Invariants:
 * 1. A target that cannot mount, or is in `refusing`, is not asked.
 * 2. A target that refuses a mount before its first success is not asked again. Later it may refuse single blobs.
 * 3. A target that answers a mount with an error is not asked again.
 * 4. A mount fails a request only when it is interrupted. Otherwise the blob is uploaded, into the upload that the
 *    registry started instead, if any.
 * 5. A blob is mounted from the repository that the target's own rules name, or else from one of its other repositories
 *    that has the blob, if the rules allow it.
 * 6. A mounted blob can be read and mounted from its new repository.
 */
export interface BlobMounts {
  /** Finds the repository to mount a blob from. Undefined where the blob has to be uploaded. */
  sourceFor(request: BlobRequest): string | undefined;
  /** Whether the blob can be mounted once one of `uploads` is complete. */
  isPossibleAfter(uploads: readonly { request: BlobRequest }[], request: BlobRequest): boolean;
  /**
   * Asks the target to mount the blob.
   * @returns "mounted", or the upload that the registry started instead, if any
   * @throws what the target throws, when the signal is aborted; and errors other than MirrorError
   */
  mount(request: BlobRequest, from: string): Promise<"mounted" | URL | undefined>;
}

/** @param locations records what was mounted */
export function createBlobMounts(locations: BlobLocations): BlobMounts {
  const refusing = new Set<ImageTarget>();
  const mounting = new Set<ImageTarget>();
  return {
    sourceFor(request) {
      return canAsk(request.target) ? mountSource(request, locations) : undefined;
    },
    isPossibleAfter(uploads, request) {
      return canAsk(request.target) && uploads.some((upload) => canMountFrom(upload.request, request));
    },
    async mount(request, from) {
      const { blob, target, to, signal } = request;
      try {
        const result = await target.mountBlob?.(to, blob, from, signal);
        if (result === undefined) return undefined;
        if (result.isThere) return recordMount(request);
        return recordRefusal(target, result.begun);
      } catch (error) {
        if (signal.aborted || !(error instanceof MirrorError)) throw error;
        refusing.add(target);
        return undefined;
      }
    },
  };

  function canAsk(target: ImageTarget): boolean {
    return target.mountBlob !== undefined && !refusing.has(target);
  }

  function recordMount({ blob, target, to }: BlobRequest): "mounted" {
    mounting.add(target);
    locations.add(blob, target, to);
    return "mounted";
  }

  function recordRefusal(target: ImageTarget, startedUpload: URL): URL {
    if (!mounting.has(target)) refusing.add(target);
    return startedUpload;
  }
}

function mountSource({ blob, target, to }: BlobRequest, locations: BlobLocations): string | undefined {
  const known = target.mounts?.sourceOf(blob, to);
  if (known !== undefined) return known;
  const others = locations.of(blob).filter((each) => each.target === target && each.repository !== to);
  return others.find(({ repository }) => target.mounts?.isWorthwhile(blob, repository, to) ?? true)?.repository;
}

function canMountFrom(upload: BlobRequest, { blob, target, to }: BlobRequest): boolean {
  return upload.target === target && upload.to !== to && (target.mounts?.isWorthwhile(blob, upload.to, to) ?? true);
}
