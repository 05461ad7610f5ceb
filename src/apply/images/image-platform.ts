import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { matchesDigest } from "../../oci/digest.ts";
import { collectConfig, MAX_CONFIG_BYTES, platformInConfig } from "../../oci/image-config.ts";
import { resumed, type OpenBlob } from "../blobs/resumed-blob.ts";
import type { TargetRepository } from "../ports.ts";
import type { ImageCopyContext } from "./image-copy-context.ts";

/**
 * Reads the platform of an image from its config (OCI image-spec, config.md), for an image that is in no index. Reading a
 * blob costs no pull.
 * @param location the target repository that the manifest was read from; undefined for the source
 * @returns the platform in normal form; undefined where the config names none, such as that of an artifact
 * @throws MirrorError MANIFEST_INVALID, TOO_LARGE, DIGEST_MISMATCH, and what the source throws
 */
export async function platformOf(
  copy: ImageCopyContext,
  config: Descriptor,
  location: TargetRepository | undefined,
): Promise<string | undefined> {
  const read = platformInConfig(await readConfig(copy, config, location));
  if (read.kind === "read") return read.platform;
  throw problem(copy, "MANIFEST_INVALID", read.problem);
}

async function readConfig(
  copy: ImageCopyContext,
  config: Descriptor,
  location: TargetRepository | undefined,
): Promise<Uint8Array> {
  if (config.size > MAX_CONFIG_BYTES) {
    const message = `the image's config has ${config.size} bytes, more than the limit of ${MAX_CONFIG_BYTES}`;
    throw problem(copy, "TOO_LARGE", message);
  }
  const atTarget: OpenBlob[] =
    location === undefined
      ? []
      : [(offset, signal) => location.target.openBlob(location.repository, config, offset, signal)];
  const atSource: OpenBlob = (offset, signal) => copy.source.openBlob(copy.from, config, offset, signal);
  for (let places = [...atTarget, atSource]; ; places = [atSource]) {
    const bytes = await collectConfig(resumed(places, config.size, copy.retryTiming, copy.signal), config.size);
    if (bytes !== undefined && matchesDigest(bytes, config.digest)) return bytes;
    const mayRetry = places.length > 1 || copy.source.distrust?.(config) === true;
    if (!mayRetry)
      throw problem(copy, "DIGEST_MISMATCH", `the image's config does not match the size or digest ${config.digest}`);
  }
}

function problem(copy: ImageCopyContext, code: ErrorCode, message: string): MirrorError {
  const reference = `${copy.registry}/${copy.from}@${copy.digest}`;
  return new MirrorError(message, { code, side: "source", operation: "select platforms of", reference });
}
