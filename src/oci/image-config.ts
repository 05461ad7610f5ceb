import { parseJsonObject } from "./json-object.ts";
import { platformText, readPlatform } from "./platforms/platform.ts";

/** Largest config that is read, in bytes. Most have a few kilobytes: environment, labels and history. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** Reads the bytes of a config. Undefined if there are more than `size`. */
export async function collectConfig(body: AsyncIterable<Buffer>, size: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > size) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads the platform in the config of an image, in normal form (OCI image-spec, config.md). Undefined if the config has
 * none, such as the config of an artifact.
 */
export function platformInConfig(bytes: Uint8Array): string | undefined {
  const platform = readPlatform(parseJsonObject(bytes) ?? {});
  return platform === undefined || platform.os === "" || platform.architecture === ""
    ? undefined
    : platformText(platform);
}
