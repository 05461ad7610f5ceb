import pLimit from "p-limit";

import { MirrorError, reportOf } from "../../errors.ts";
import { sameAlgorithm, type Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import {
  SCHEMA_1_HINT,
  SCHEMA_1_MESSAGE,
  isGenericType,
  isImageType,
  isIndexType,
  isSchema1Type,
  unknownTypeMessage,
} from "../../oci/media-type.ts";
import { familiarReference, formatReference, type Reference } from "../../oci/reference.ts";
import type { Resolution } from "./resolution.ts";

/** The parts of a source needed to resolve references. */
export interface Resolver {
  /** Sends HEAD; undefined if the manifest does not exist. */
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest | undefined; size: number | undefined } | undefined>;
  getManifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest>;
}

/**
 * How many references of one registry to resolve concurrently. Above the request limit of any registry; bounds the
 * memory of requests that wait.
 */
const RESOLVED_AT_ONCE = 200;

/**
 * Resolves each reference at its source with HEAD, which costs no pull. If HEAD returns no digest, it reads and hashes
 * the manifest, except at a source with a pull limit. A failure affects only its own reference.
 * @param ended called after each reference
 * @returns results by full reference
 */
export async function resolveAll(
  references: readonly Reference[],
  source: (registry: string) => Resolver,
  hasPullLimit: (registry: string) => boolean,
  signal: AbortSignal,
  ended: () => void = () => undefined,
): Promise<Map<string, Resolution>> {
  const resolveOne = async (reference: Reference): Promise<[string, Resolution]> => {
    const key = formatReference(reference);
    try {
      const counted = hasPullLimit(reference.registry);
      return [key, await resolve(reference, source(reference.registry), counted, signal)];
    } catch (error) {
      if (signal.aborted || !(error instanceof MirrorError)) throw error;
      return [key, { kind: "failed", error: reportOf(error) }];
    } finally {
      ended();
    }
  };
  const resolved = [...Map.groupBy(references, ({ registry }) => registry).values()].map((group) =>
    pLimit(RESOLVED_AT_ONCE).map(group, resolveOne),
  );
  return new Map((await Promise.all(resolved)).flat());
}

async function resolve(
  reference: Reference,
  source: Resolver,
  counted: boolean,
  signal: AbortSignal,
): Promise<Resolution> {
  const requested = reference.digest ?? reference.tag ?? "latest";
  const head = await source.headManifest(reference.repository, requested, signal);
  if (head === undefined) throw absent(reference);
  // Some registries and caches return no media type for HEAD. Read the manifest instead if that costs no pull.
  if (!counted && isGenericType(head.mediaType)) return read(reference, requested, source, signal);
  if (counted && head.mediaType === "" && head.digest === undefined) throw digestMissing(reference);
  refuseUnknownType(reference, head.mediaType);
  const { mediaType, size } = head;
  if (head.digest !== undefined) return { kind: "found", digest: checked(reference, head.digest), mediaType, size };
  if (reference.digest !== undefined) return { kind: "found", digest: reference.digest, mediaType, size };
  if (counted) throw digestMissing(reference);
  return read(reference, requested, source, signal);
}

async function read(
  reference: Reference,
  requested: string,
  source: Resolver,
  signal: AbortSignal,
): Promise<Resolution> {
  const { bytes, mediaType, digest } = await source.getManifest(reference.repository, requested, signal);
  refuseUnknownType(reference, mediaType);
  return { kind: "found", digest: checked(reference, digest), mediaType, size: bytes.length };
}

/**
 * Returns the requested digest, or the received one if none was requested. A received digest of another algorithm says
 * nothing about the requested one; the bytes are verified when they are read.
 */
function checked(reference: Reference, received: Digest): Digest {
  const { digest: requested } = reference;
  if (requested === undefined) return received;
  if (requested === received || !sameAlgorithm(requested, received)) return requested;
  throw new MirrorError(`requested ${requested}, but the source returned ${received}`, {
    code: "DIGEST_MISMATCH",
    ...resolving(reference),
    hint: "check whether a cache in front of the registry serves wrong content; nothing was copied",
  });
}

function refuseUnknownType(reference: Reference, mediaType: string): void {
  if (isIndexType(mediaType) || isImageType(mediaType)) return;
  const schema1 = isSchema1Type(mediaType);
  throw new MirrorError(schema1 ? SCHEMA_1_MESSAGE : unknownTypeMessage(mediaType), {
    code: "MEDIA_TYPE_UNSUPPORTED",
    ...resolving(reference),
    hint: schema1
      ? SCHEMA_1_HINT
      : isGenericType(mediaType)
        ? "check the registry's address, and any proxy or cache in front of it that drops the Content-Type header"
        : "use an image in the OCI or Docker schema 2 format; no other format can be mirrored",
  });
}

function absent(reference: Reference): MirrorError {
  const isPinned = reference.digest !== undefined;
  return new MirrorError(isPinned ? "the source does not have this digest" : "no such image", {
    code: "MANIFEST_UNKNOWN",
    ...resolving(reference),
    hint: isPinned
      ? "check the repository and the digest; if the publisher removed the image, pin a digest that the source has"
      : "check the spelling of the repository and the tag; the publisher may have removed the image",
  });
}

function digestMissing(reference: Reference): MirrorError {
  return new MirrorError("the response to HEAD has no digest, and GET would cost a pull", {
    code: "DIGEST_MISSING",
    ...resolving(reference),
    hint: "pin the image by digest, or bypass any proxy that strips the Docker-Content-Digest header",
  });
}

function resolving(reference: Reference): { side: "source"; operation: string; reference: string } {
  return { side: "source", operation: "resolve image", reference: familiarReference(reference) };
}
