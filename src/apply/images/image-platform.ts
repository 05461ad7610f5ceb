import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { matchesDigest } from "../../oci/digest.ts";
import { collectConfig, MAX_CONFIG_BYTES, platformInConfig } from "../../oci/image-config.ts";
import type { ImageCopy } from "./image-copy.ts";
import type { Holder } from "./manifest-reader.ts";
import { resumed, type OpenBlob } from "../blobs/resumed-blob.ts";

/**
 * The platform of an image that is in no index, in normal form: its config names it (OCI image-spec, config.md).
 * Undefined where that names none, as of an artifact. A blob is no pull.
 * @param holder of the manifest, where that is a target
 * @throws MirrorError TOO_LARGE, DIGEST_MISMATCH, and what the source throws
 */
export async function platformOf(
  copy: ImageCopy,
  config: Descriptor,
  holder: Holder | undefined,
): Promise<string | undefined> {
  return platformInConfig(await readConfig(copy, config, holder));
}

async function readConfig(copy: ImageCopy, config: Descriptor, holder: Holder | undefined): Promise<Uint8Array> {
  if (config.size > MAX_CONFIG_BYTES) {
    throw problem(
      copy,
      "TOO_LARGE",
      `the image's config has ${config.size} bytes, mirrorform reads ${MAX_CONFIG_BYTES}`,
    );
  }
  const atHolder: OpenBlob[] =
    holder === undefined ? [] : [(offset, signal) => holder.target.openBlob(holder.repository, config, offset, signal)];
  const atSource: OpenBlob = (offset, signal) => copy.source.openBlob(copy.from, config, offset, signal);
  for (let places = [...atHolder, atSource]; ; places = [atSource]) {
    const bytes = await collectConfig(resumed(places, config.size, copy.waiting, copy.signal), config.size);
    if (bytes !== undefined && matchesDigest(bytes, config.digest)) return bytes;
    const mayHelp = places.length > 1 || copy.source.distrust?.(config.digest) === true;
    if (!mayHelp) throw problem(copy, "DIGEST_MISMATCH", `the bytes of the image's config are not ${config.digest}`);
  }
}

function problem(copy: ImageCopy, code: ErrorCode, message: string): MirrorError {
  const reference = `${copy.from}@${copy.digest}`;
  return new MirrorError(message, { code, side: "source", operation: "select platforms of", reference });
}
