import { parseJsonObject } from "./json-object.ts";
import { platformText } from "./platform.ts";

/** Configs have some kilobytes: environment, labels and history of one image. As much of one is read. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** The bytes of a config; undefined where more comes than was said. */
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
 * The platform that the config of an image names, in normal form (OCI image-spec, config.md). Undefined where it names
 * none, as of an artifact.
 */
export function platformInConfig(bytes: Uint8Array): string | undefined {
  const { os, architecture, variant } = parseJsonObject(bytes) ?? {};
  if (typeof os !== "string" || typeof architecture !== "string" || os === "" || architecture === "") return undefined;
  return platformText({ os, architecture, ...(typeof variant === "string" ? { variant } : {}) });
}
