import { readConfigDocument } from "./documents/misread-keys.ts";
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

/** The platform in a config, in normal form; undefined if it has none, such as the config of an artifact. */
export type ConfigPlatform =
  | { kind: "read"; platform: string | undefined }
  /** Clients read the config differently. */
  | { kind: "ambiguous"; problem: string };

/** Reads the platform in the config of an image (OCI image-spec, config.md). */
export function platformInConfig(bytes: Uint8Array): ConfigPlatform {
  const config = readConfigDocument(bytes);
  if (config.kind === "ambiguous") return config;
  const platform = config.kind === "read" ? readPlatform(config.value) : undefined;
  const isNamed = platform !== undefined && platform.os !== "" && platform.architecture !== "";
  return { kind: "read", platform: isNamed ? platformText(platform) : undefined };
}
