import type { Readable } from "node:stream";

import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Referrer } from "../oci/referrers.ts";
import type { Mounted } from "../registry/registry.ts";

/** Where images come from. Every method throws MirrorError with side "source". */
export interface ImageSource {
  /**
   * One GET of a manifest, a pull where pulls are counted. The bytes match the digest.
   * @param pulls asked before a counted request: may wait, and may throw
   */
  readManifest(repository: string, digest: Digest, signal: AbortSignal, pulls: ManifestPulls): Promise<Manifest>;
  /** The bytes as they arrive, from byte `offset` on, not yet verified. */
  openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
  /**
   * The bytes that it gave for a digest were wrong. @returns whether another place has them, so that trying again may help;
   * missing where there is one place alone
   */
  distrust?(digest: Digest): boolean;
}

/** The leave to spend pulls, of one image. */
export interface ManifestPulls {
  /** Called before a manifest is asked for where that is counted. */
  before(signal: AbortSignal): Promise<void>;
  /** Called just before each request for it, the repeated ones too. */
  sending(this: void): void;
}

/** Where images go. Every method throws MirrorError, with side "target" unless the bytes from the source are wrong. */
export interface ImageTarget {
  /** Host and port that everything is sent to: targets of one host share its limits. Missing where there is none. */
  readonly host?: string;
  /** What people write behind `FROM`: `123456789012.dkr.ecr.us-east-1.amazonaws.com/python:3.7`. */
  uri(repository: string, tag: string): string;
  /** The tags that exist, of those asked for. A repository that does not exist has none. */
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** A manifest that the target has. The bytes match the digest. */
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** What names a manifest as its subject; undefined, or missing, where the target keeps no such list itself. */
  listReferrers?(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  /** Those of `blobs` that the repository does not have. */
  missingBlobs(repository: string, blobs: readonly Descriptor[], signal: AbortSignal): Promise<Descriptor[]>;
  /** As {@link ImageSource.openBlob}: what one target holds, others can be given. */
  openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
  /**
   * Uploads a blob; commits it only when `body` had the size and the digest of `blob`.
   * @param begun from a mount that was refused
   */
  putBlob(repository: string, blob: Descriptor, body: Readable, signal: AbortSignal, begun?: URL): Promise<void>;
  /**
   * Takes a blob over from another repository of the target; undefined where that cannot work.
   * @returns undefined where it turned out not to be possible: nothing was begun
   */
  mountBlob:
    | ((repository: string, blob: Descriptor, from: string, signal: AbortSignal) => Promise<Mounted | undefined>)
    | undefined;
  /** Where not every blob can be mounted from everywhere. Missing: from wherever this run has seen it. */
  readonly mounts?: MountRules;
  /** Puts a manifest by digest, or with a tag pointing at it. */
  putManifest(repository: string, tag: string | undefined, manifest: Manifest, signal: AbortSignal): Promise<void>;
}

/** From where a target lets blobs be mounted. Answered without asking it. */
export interface MountRules {
  /** Whether a blob that is in `from`, or on its way there, is to be mounted into `to` from there. */
  isWorthwhile(blob: Descriptor, from: string, to: string): boolean;
  /** A repository that is known to let a blob be mounted into `to`, whether or not this run has to do with it. */
  sourceOf(blob: Descriptor, to: string): string | undefined;
}
