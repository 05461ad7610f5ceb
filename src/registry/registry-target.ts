import type { Readable } from "node:stream";

import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { ErrorCode } from "../error-code.ts";
import { MirrorError } from "../errors.ts";
import { canonicalRegistry } from "../oci/reference.ts";
import { confirmingPut } from "./confirm-put.ts";
import type { Registry } from "./registry.ts";

/** A registry as a target. Implements the port that `apply` defines. */
export type RegistryTarget = ReturnType<typeof registryTarget>;

/** @param prefix the path before each repository: `team` in the target `oci: https://registry.example.com/team` */
export function registryTarget(registry: Registry, prefix: string) {
  const path = (repository: string) => (prefix === "" ? repository : `${prefix}/${repository}`);
  const target = {
    host: registry.endpoint.host,
    uri: (repository: string, tag: string) => `${canonicalRegistry(registry.endpoint.host)}/${path(repository)}:${tag}`,
    async readTags(
      repository: string,
      tags: readonly string[],
      signal: AbortSignal,
    ): Promise<ReadonlyMap<string, Digest>> {
      const digests = await Promise.all(tags.map((tag) => readTag(registry, path(repository), tag, signal)));
      return new Map(digests.flatMap((digest, i) => (digest === undefined ? [] : [[tags[i] ?? "", digest]])));
    },
    readManifest: (repository: string, digest: Digest, signal: AbortSignal) =>
      registry.getManifest(path(repository), digest, signal),
    /** Whether the registry reports that the repository does not exist. */
    isUnknown: (repository: string, signal: AbortSignal) => registry.isUnknownRepository(path(repository), signal),
    hasManifest: (repository: string, digest: Digest, signal: AbortSignal) =>
      registry.hasManifest(path(repository), digest, signal),
    listReferrers: (repository: string, subject: Digest, signal: AbortSignal) =>
      registry.listReferrers(path(repository), subject, signal),
    async missingBlobs(repository: string, blobs: readonly Descriptor[], signal: AbortSignal): Promise<Descriptor[]> {
      const found = await Promise.all(blobs.map((blob) => registry.hasBlob(path(repository), blob, signal)));
      return blobs.filter((_blob, i) => found[i] === false);
    },
    openBlob: (repository: string, blob: Descriptor, offset: number, signal: AbortSignal) =>
      registry.openBlob(path(repository), blob, offset, signal),
    putBlob: (repository: string, blob: Descriptor, body: Readable, signal: AbortSignal, begun?: URL) =>
      registry.putBlob(path(repository), blob, body, signal, begun),
    mountBlob: (repository: string, blob: Descriptor, from: string, signal: AbortSignal) =>
      registry.mountBlob(path(repository), blob, path(from), signal),
    putManifest: (repository: string, tag: string | undefined, manifest: Manifest, signal: AbortSignal) =>
      registry.putManifest(path(repository), tag ?? manifest.digest, manifest, signal),
  };
  return { ...target, putManifest: confirmingPut(target) };
}

/**
 * Reads the digest of a tag. Reads and hashes the manifest if HEAD has no digest, which costs a pull at Docker Hub only.
 */
async function readTag(
  registry: Registry,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const head = await registry.headManifest(repository, tag, signal);
  if (head === undefined || head.digest !== undefined) return head?.digest;
  try {
    return (await registry.getManifest(repository, tag, signal)).digest;
  } catch (error) {
    if (error instanceof MirrorError && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

/** The errors of a GET for a tag that does not exist. */
const ABSENT: ReadonlySet<ErrorCode> = new Set(["MANIFEST_UNKNOWN", "REPOSITORY_UNKNOWN"]);
