import { PutImageCommand } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { digestOf, matchesDigest } from "../../oci/digest.ts";
import { canNeed, foreignLayersOf, MAX_MANIFEST_BYTES, type Manifest } from "../../oci/manifest.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { isException } from "../aws/aws-failure.ts";
import { readTags } from "./read-tags.ts";

const OPERATION = "write manifest";

/**
 * Stores a manifest byte for byte (PutImage). ECR checks it against the digest.
 * Succeeds if the tag already points at this manifest, even if the tag is immutable.
 * @throws MirrorError TAG_IMMUTABLE, BLOB_UNKNOWN, MANIFEST_UNKNOWN, DIGEST_MISMATCH, MANIFEST_REFUSED, TOO_LARGE, …
 */
export async function putImage(
  client: EcrClient,
  repository: string,
  manifest: Manifest,
  tag: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const reference = tag === undefined ? `${repository}@${manifest.digest}` : `${repository}:${tag}`;
  const call: EcrCall = {
    operation: OPERATION,
    action: "PutImage",
    reference,
    refusal: "MANIFEST_REFUSED",
    foreignLayers: foreignLayersOf(manifest),
    needs: (digest) => canNeed(manifest, digest),
  };
  const input = {
    repositoryName: repository,
    imageManifest: textOf(manifest, reference),
    imageManifestMediaType: manifest.mediaType,
    // A tagged manifest is named by its tag, so ECR may compute the digest in its own algorithm.
    imageDigest: tag === undefined ? manifest.digest : digestOf(manifest.bytes),
    ...(tag === undefined ? {} : { imageTag: tag }),
  };
  try {
    const { image } = await client.call(call, signal, (sdk, options) => sdk.send(new PutImageCommand(input), options));
    // ECR compares the digest itself. A response without one is not from ECR, and stored nothing.
    if (image?.imageId?.imageDigest === undefined) {
      throw problem("UNEXPECTED_RESPONSE", reference, "ECR's response does not show that the manifest is stored");
    }
  } catch (error) {
    if (isException(error, "ImageAlreadyExistsException")) return;
    if (tag === undefined || !isException(error, "ImageTagAlreadyExistsException")) throw error;
    // ECR rejects a push to an immutable tag even if the digest is the same (aws/containers-roadmap#2179).
    const existing = await readTags(client, repository, [tag], signal);
    const bytes = existing.get(tag)?.manifest;
    if (bytes === undefined || !matchesDigest(bytes, manifest.digest)) throw error;
  }
}

/** The API accepts text, but the digest is of bytes. Only bytes that survive UTF-8 decoding unchanged can be sent. */
function textOf(manifest: Manifest, reference: string): string {
  if (manifest.bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw problem(
      "TOO_LARGE",
      reference,
      `the manifest has ${manifest.bytes.byteLength} bytes; ECR accepts at most ${MAX_MANIFEST_BYTES}`,
    );
  }
  try {
    // ignoreBOM keeps a byte order mark. Dropping it would change the digest.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(manifest.bytes);
  } catch (cause) {
    throw problem(
      "MANIFEST_REFUSED",
      reference,
      "the manifest is not UTF-8, so the ECR API cannot transfer it unchanged",
      cause,
    );
  }
}

function problem(code: ErrorCode, reference: string, message: string, cause?: unknown): MirrorError {
  return new MirrorError(message, { code, side: "target", operation: OPERATION, reference, cause });
}
