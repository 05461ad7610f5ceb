import type { DesiredImage } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { readManifest, type Manifest } from "../oci/manifest.ts";
import { isIndexType } from "../oci/media-type.ts";
import { hasAttestations } from "../oci/platforms/select-platforms.ts";
import { readSelection, selects } from "../oci/platforms/selection.ts";
import type { HeldContent, HeldPlatform } from "./actual.ts";

/** The part of a target that reading the tags of one repository needs. */
export interface HeldReader {
  /** Returns which of the tags exist. */
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  /** Reads a manifest. The bytes match the digest. */
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** Like `readTags`, for targets that return the manifests in the same response. */
  readTagged?:
    | ((repository: string, tags: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Manifest>>)
    | undefined;
  /** Reads the platform of a single-platform image with one request for a blob. */
  readPlatform(repository: string, manifest: Manifest, signal: AbortSignal): Promise<HeldPlatform | undefined>;
}

/** The declared tags of one repository that exist. */
export interface HeldTags {
  tags: ReadonlyMap<string, Digest>;
  contents: ReadonlyMap<string, HeldContent>;
}

/** Number of tags with manifests in memory at the same time. */
const TAGS_AT_ONCE = 100;

/**
 * Reads the declared tags of a repository. For images with selected platforms it also reads the manifest, which names the
 * index that it was made from, and the config of a single-platform image, which names its platform. A target has no pull
 * limit.
 */
export async function readHeld(
  target: HeldReader,
  repository: string,
  images: readonly Pick<DesiredImage, "tag" | "platforms" | "attestations" | "refresh" | "locked" | "settings">[],
  signal: AbortSignal,
): Promise<HeldTags> {
  const names = [...new Set(images.map((image) => image.tag))];
  const contents = new Map<string, HeldContent>();
  const selecting = new Set(images.filter(selects).map(({ tag }) => tag));
  const withoutAttestations = new Set(images.filter((each) => each.attestations === false).map(({ tag }) => tag));
  const isCounted = images.some(({ settings }) => typeof settings.lifecyclePolicy === "object");
  const checked = new Set(images.filter(isChecked).map(({ tag }) => tag));
  const read = async (tag: string, manifest: Manifest) => {
    const content = contentOf(manifest, isCounted, withoutAttestations.has(tag));
    contents.set(tag, content);
    if (content.kind !== "image" || !checked.has(tag)) return;
    const platform = await target.readPlatform(repository, manifest, signal);
    if (platform !== undefined) contents.set(tag, { ...content, platform });
  };
  const { readTagged } = target;
  if (readTagged !== undefined) {
    const tags = new Map<string, Digest>();
    for (let start = 0; start < names.length; start += TAGS_AT_ONCE) {
      const found = await readTagged(repository, names.slice(start, start + TAGS_AT_ONCE), signal);
      for (const [tag, manifest] of found) tags.set(tag, manifest.digest);
      await Promise.all([...found].map(([tag, manifest]) => read(tag, manifest)));
    }
    return { tags, contents };
  }
  const tags = await target.readTags(repository, names, signal);
  const reading = [...tags].map(async ([tag, digest]) => {
    const manifest = selecting.has(tag) ? await manifestOf(target, repository, digest, signal) : undefined;
    if (manifest !== undefined) await read(tag, manifest);
  });
  await Promise.all(reading);
  return { tags, contents };
}

/** Whether the image at the target is compared with the selected platforms; not if an existing tag always stays. */
function isChecked({ platforms, refresh, locked }: Pick<DesiredImage, "platforms" | "refresh" | "locked">): boolean {
  return platforms !== undefined && (refresh === "always" || locked !== undefined);
}

async function manifestOf(
  target: HeldReader,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    return await target.readManifest(repository, digest, signal);
  } catch (error) {
    // Replaced and removed after its tag was read, so it is not the wanted image.
    if (error instanceof MirrorError && error.code === "MANIFEST_UNKNOWN") return undefined;
    throw error;
  }
}

/**
 * Returns what a plan needs to know about a manifest.
 * @param isCounted whether to count the children of an index, which requires parsing it
 * @param isSearched whether to look for attestations in an index
 */
function contentOf(manifest: Manifest, isCounted: boolean, isSearched: boolean): HeldContent {
  if (!isIndexType(manifest.mediaType)) return { kind: "image" };
  const content = isCounted ? readManifest(manifest) : undefined;
  const children = content?.kind === "index" ? new Set(content.manifests.map(({ digest }) => digest)).size : undefined;
  return {
    kind: "index",
    selection: readSelection(manifest),
    ...(children === undefined ? {} : { children }),
    ...(isSearched ? { hasAttestations: hasAttestations(manifest) } : {}),
  };
}
