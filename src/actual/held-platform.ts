import type { Readable } from "node:stream";

import { MirrorError, reportOf } from "../errors.ts";
import type { ErrorCode } from "../error-code.ts";
import { blobKey, type Descriptor } from "../oci/descriptor.ts";
import { matchesDigest } from "../oci/digest.ts";
import { collectConfig, MAX_CONFIG_BYTES, platformInConfig } from "../oci/image-config.ts";
import { readManifest, type Manifest } from "../oci/manifest.ts";
import type { HeldPlatform } from "./actual.ts";

/** The part of a target that reading a config needs. */
interface BlobReader {
  /** Opens a blob at `offset` bytes. The bytes are not verified. */
  openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
}

/** Reads the platform of a single-platform image; undefined for a manifest without a known config. */
export type ReadPlatform = (
  target: BlobReader,
  repository: string,
  manifest: Manifest,
  signal: AbortSignal,
) => Promise<HeldPlatform | undefined>;

/**
 * Reads the platforms of images at targets from their configs: one small blob each, and no pull. A run reads each config
 * once for all targets. A config that cannot be read is reported and does not fail the target: its image exists.
 */
export function createHeldPlatforms(): ReadPlatform {
  const known = new Map<string, Promise<HeldPlatform>>();
  return async (target, repository, manifest, signal) => {
    const content = readManifest(manifest);
    if (content.kind !== "image") return undefined;
    const { config } = content;
    const key = blobKey(config);
    const reading = known.get(key) ?? readOrReport(target, repository, config, signal);
    known.set(key, reading);
    const read = await reading;
    // Concurrent calls share a failure. A later call tries again because another repository may have the config.
    if (read.kind === "unread" && known.get(key) === reading) known.delete(key);
    return read;
  };
}

async function readOrReport(
  target: BlobReader,
  repository: string,
  config: Descriptor,
  signal: AbortSignal,
): Promise<HeldPlatform> {
  try {
    const read = platformInConfig(await readConfig(target, repository, config, signal));
    if (read.kind === "read") return read;
    throw problemOf(repository, config)("MANIFEST_INVALID", read.problem);
  } catch (error) {
    if (signal.aborted || !(error instanceof MirrorError)) throw error;
    return { kind: "unread", error: reportOf(error) };
  }
}

async function readConfig(
  target: BlobReader,
  repository: string,
  config: Descriptor,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const problem = problemOf(repository, config);
  if (config.size > MAX_CONFIG_BYTES) {
    throw problem("TOO_LARGE", `the config has ${config.size} bytes; the limit is ${MAX_CONFIG_BYTES}`);
  }
  const body = (await target.openBlob(repository, config, 0, signal)) as AsyncIterable<Buffer>;
  const bytes = await collectConfig(body, config.size);
  if (bytes !== undefined && matchesDigest(bytes, config.digest)) return bytes;
  throw problem("DIGEST_MISMATCH", `the config does not match the size or digest ${config.digest}`);
}

function problemOf(repository: string, { digest }: Descriptor): (code: ErrorCode, message: string) => MirrorError {
  return (code, message) =>
    new MirrorError(message, {
      code,
      side: "target",
      operation: "read platform of",
      reference: `${repository}@${digest}`,
    });
}
