import { shortened } from "../plain-text.ts";
import { isJsonObject } from "./json-object.ts";

/** The keys of manifests and indexes (OCI image-spec, manifest.md and image-index.md; Docker manifest v2 schema 2). */
const MANIFEST_KEYS = keys("schemaVersion mediaType artifactType config layers manifests blobs subject annotations");
/** OCI image-spec, descriptor.md. */
const DESCRIPTOR_KEYS = keys("mediaType digest size urls annotations data artifactType platform");
/** OCI image-spec, image-index.md and config.md. */
const PLATFORM_KEYS = keys("architecture os os.version os.features variant features");

/**
 * Finds a key of a manifest that Go clients read as another one: Go ignores the case of letters in JSON, and the last
 * spelling wins. Clients would see different images under one digest.
 * @returns the problem; undefined if there is none
 */
export function misreadKey(manifest: Readonly<Record<string, unknown>>): string | undefined {
  const { config, subject, layers, manifests, blobs } = manifest;
  const descriptors = [
    config,
    subject,
    ...[layers, manifests, blobs].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : [])),
  ];
  return misreadIn(manifest, MANIFEST_KEYS) ?? firstProblem(descriptors);
}

/** The same for the platform in a descriptor or a config. */
export function misreadPlatformKey(platform: Readonly<Record<string, unknown>>): string | undefined {
  return misreadIn(platform, PLATFORM_KEYS);
}

function firstProblem(descriptors: readonly unknown[]): string | undefined {
  for (const descriptor of descriptors) {
    if (!isJsonObject(descriptor)) continue;
    const { platform } = descriptor;
    const problem =
      misreadIn(descriptor, DESCRIPTOR_KEYS) ?? (isJsonObject(platform) ? misreadPlatformKey(platform) : undefined);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function misreadIn(value: Readonly<Record<string, unknown>>, known: ReadonlyMap<string, string>): string | undefined {
  for (const key of Object.keys(value)) {
    const read = known.get(fold(key));
    if (read === undefined || read === key) continue;
    const shown = shortened(key);
    return Object.hasOwn(value, read)
      ? `the manifest has both "${read}" and "${shown}", which some clients read as one key`
      : `the manifest has "${shown}", which some clients read as "${read}"`;
  }
  return undefined;
}

function keys(names: string): ReadonlyMap<string, string> {
  return new Map(names.split(" ").map((name) => [fold(name), name]));
}

/** Folds case as Go does: also the long s and the Kelvin sign, which are letters of their own in lower case. */
function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}
