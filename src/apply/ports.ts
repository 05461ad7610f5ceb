import type { Readable } from "node:stream";

import type { Descriptor } from "../oci/descriptor.ts";
import type { WantedManifest } from "./images/planned-type.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Referrer } from "../oci/referrers.ts";
import type { Mounted } from "../registry/registry.ts";

/** A registry that images are copied from. Every method throws MirrorError with side "source". */
export interface ImageSource {
  /** Canonical name of the registry, for errors: `docker.io`. */
  readonly name: string;
  /**
   * Reads a manifest by digest, with one GET. The bytes match the digest. The media type is as wanted where the manifest
   * does not come from the source itself.
   * @param pulls called around requests that count as pulls: may wait, and may throw
   */
  readManifest(repository: string, wanted: WantedManifest, signal: AbortSignal, pulls: PullGate): Promise<Manifest>;
  /** Opens a blob at byte `offset`. The bytes are not verified. */
  openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
  /**
   * Reports that the bytes delivered for a blob were wrong. Missing where there is only one place to read from.
   * @returns whether another place has the blob, so that a retry may succeed
   */
  distrust?(blob: Descriptor): boolean;
}

/** Lets the requests for one manifest through, as far as the pull limit allows. */
export interface PullGate {
  /** Waits until the manifest may be requested. Called before a request that counts as a pull. */
  waitForPermit(signal: AbortSignal): Promise<void>;
  /** Called just before each request is sent, retries included. */
  beforeSend(this: void): void;
}

/** A registry or layout that images are copied to. Throws MirrorError, with side "target" unless the source sent wrong bytes. */
export interface ImageTarget {
  /** Host and port of the registry. Targets on one host share its limits. Missing for a layout. */
  readonly host?: string;
  /** The URI used after `FROM`: `123456789012.dkr.ecr.us-east-1.amazonaws.com/python:3.7`. */
  uri(repository: string, tag: string): string;
  /** Reads which of `tags` exist. A repository that does not exist has none. */
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Reads a manifest that the target has. The bytes match the digest. */
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** Lists the referrers of a manifest. Undefined, or missing, where the target keeps no such list itself. */
  listReferrers?(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  /** Finds which of `blobs` the repository lacks. */
  missingBlobs(repository: string, blobs: readonly Descriptor[], signal: AbortSignal): Promise<Descriptor[]>;
  /** As {@link ImageSource.openBlob}: a blob of one target can be copied to another. */
  openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
  /**
   * Uploads a blob. Commits it only if `body` has the size and the digest of `blob`.
   * @param startedUpload an upload that the registry started in reply to a mount
   */
  putBlob(
    repository: string,
    blob: Descriptor,
    body: Readable,
    signal: AbortSignal,
    startedUpload?: URL,
  ): Promise<void>;
  /**
   * Mounts a blob from another repository of the target. Undefined where the target cannot mount.
   * @returns undefined where the mount was not possible and nothing was started
   */
  mountBlob:
    | ((repository: string, blob: Descriptor, from: string, signal: AbortSignal) => Promise<Mounted | undefined>)
    | undefined;
  /** Restricts mounts. Missing where a blob can be mounted from any repository that has it. */
  readonly mounts?: MountRules;
  /** Puts a manifest by digest, or under a tag. */
  putManifest(repository: string, tag: string | undefined, manifest: Manifest, signal: AbortSignal): Promise<void>;
}

/** A repository of a target. */
export interface TargetRepository {
  target: ImageTarget;
  repository: string;
}

/** Where a target allows blobs to be mounted from. Answered without a request. */
export interface MountRules {
  /** Whether to mount a blob into `to` that `from` has, or is about to have. */
  isWorthwhile(blob: Descriptor, from: string, to: string): boolean;
  /** A repository known to allow mounting the blob into `to`, whether or not this run copies to it. */
  sourceOf(blob: Descriptor, to: string): string | undefined;
}
