import pLimit from "p-limit";

import { MirrorError, reportOf } from "../../errors.ts";
import { digestOf, type Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { isImageType, isIndexType, isSchema1Type, SCHEMA_1_HINT, SCHEMA_1_MESSAGE } from "../../oci/media-type.ts";
import { familiarReference, formatReference, type Reference } from "../../oci/reference.ts";
import type { Resolution } from "./resolution.ts";

/** As much of a source as resolving needs. */
export interface Resolver {
  /** HEAD; undefined when there is no such manifest. */
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest | undefined; size: number | undefined } | undefined>;
  getManifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest>;
}

/**
 * References of one registry that are begun at once. More than any registry is asked at once: who waits for a place
 * there should cost no more memory than a name.
 */
const RESOLVED_AT_ONCE = 200;

/**
 * Asks each source what its reference names now. HEAD only: it costs no pull. Where HEAD gives no digest the manifest
 * is read and hashed, but never at a source with an allowance. One failure spoils its own reference alone.
 * @returns by full reference
 */
export async function resolveAll(
  references: readonly Reference[],
  source: (registry: string) => Resolver,
  hasPullLimit: (registry: string) => boolean,
  signal: AbortSignal,
): Promise<Map<string, Resolution>> {
  const resolveOne = async (reference: Reference): Promise<[string, Resolution]> => {
    const key = formatReference(reference);
    try {
      const counted = hasPullLimit(reference.registry);
      return [key, await resolve(reference, source(reference.registry), counted, signal)];
    } catch (error) {
      if (signal.aborted || !(error instanceof MirrorError)) throw error;
      return [key, { kind: "failed", error: reportOf(error) }];
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
  const asked = reference.digest ?? reference.tag ?? "latest";
  const head = await source.headManifest(reference.repository, asked, signal);
  if (head === undefined) throw absent(reference);
  // Some registries, and caches before them, name no type for HEAD. Reading the manifest tells, where that costs nothing.
  if (!counted && UNTYPED.has(head.mediaType)) return read(reference, asked, source, signal);
  if (counted && head.mediaType === "" && head.digest === undefined) throw digestMissing(reference);
  refuseUnknownType(reference, head.mediaType);
  const { mediaType, size } = head;
  if (head.digest !== undefined) return { kind: "found", digest: agreed(reference, head.digest), mediaType, size };
  if (reference.digest !== undefined) return { kind: "found", digest: reference.digest, mediaType, size };
  if (counted) throw digestMissing(reference);
  return read(reference, asked, source, signal);
}

/** Media types that say nothing of a manifest. */
const UNTYPED = new Set(["", "application/json", "application/octet-stream", "text/plain"]);

async function read(reference: Reference, asked: string, source: Resolver, signal: AbortSignal): Promise<Resolution> {
  const { bytes, mediaType } = await source.getManifest(reference.repository, asked, signal);
  refuseUnknownType(reference, mediaType);
  return { kind: "found", digest: agreed(reference, digestOf(bytes)), mediaType, size: bytes.length };
}

/** A registry that answers a digest with another digest lies, or serves something else. */
function agreed(reference: Reference, answered: Digest): Digest {
  if (reference.digest === undefined || reference.digest === answered) return answered;
  throw new MirrorError(`asked for ${reference.digest}, the source says it is ${answered}`, {
    code: "DIGEST_MISMATCH",
    ...resolving(reference),
    hint: "The registry, or a cache before it, serves other content than it was asked for. Nothing was copied.",
  });
}

function refuseUnknownType(reference: Reference, mediaType: string): void {
  if (isIndexType(mediaType) || isImageType(mediaType)) return;
  const schema1 = isSchema1Type(mediaType);
  throw new MirrorError(schema1 ? SCHEMA_1_MESSAGE : `unknown media type "${mediaType}"`, {
    code: "MEDIA_TYPE_UNSUPPORTED",
    ...resolving(reference),
    hint: schema1 ? SCHEMA_1_HINT : "Only images in the OCI and Docker (schema 2) formats can be mirrored.",
  });
}

function absent(reference: Reference): MirrorError {
  return new MirrorError("no such image", {
    code: "MANIFEST_UNKNOWN",
    ...resolving(reference),
    hint: "Check the spelling of the repository and of the tag; the publisher may have removed it.",
  });
}

function digestMissing(reference: Reference): MirrorError {
  return new MirrorError("the source gave no digest for a HEAD request, and a GET would cost a pull", {
    code: "DIGEST_MISSING",
    ...resolving(reference),
    hint: "A proxy between may strip the Docker-Content-Digest header. Pin the image by digest, or go round the proxy.",
  });
}

function resolving(reference: Reference): { side: "source"; operation: string; reference: string } {
  return { side: "source", operation: "resolve image", reference: familiarReference(reference) };
}
