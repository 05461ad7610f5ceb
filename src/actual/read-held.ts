import type { DesiredImage } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { readManifest, type Manifest } from "../oci/manifest.ts";
import { isIndexType } from "../oci/media-type.ts";
import { readSelection } from "../oci/selection.ts";
import type { HeldContent, HeldPlatform } from "./actual.ts";

/** As much of a target as reading the tags of one repository needs. */
export interface HeldReader {
  /** The tags that exist, of those asked for. */
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  /** A manifest that the target has. The bytes match the digest. */
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** As `readTags`, where the answer brings the manifests anyway. */
  readTagged?:
    | ((repository: string, tags: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Manifest>>)
    | undefined;
  /** The platform of an image that is in no index. What it costs is a request for a blob. */
  readPlatform(repository: string, manifest: Manifest, signal: AbortSignal): Promise<HeldPlatform | undefined>;
}

/** What declared tags of one repository hold. */
export interface HeldTags {
  tags: ReadonlyMap<string, Digest>;
  contents: ReadonlyMap<string, HeldContent>;
}

/** Tags whose manifests are in memory at once. */
const TAGS_AT_ONCE = 100;

/**
 * Reads what the declared tags of a repository hold. Of images with chosen platforms the manifest too, as only that
 * tells of which index theirs was made, and where it is in no index its config, which alone names its platform; a
 * target counts no pulls.
 */
export async function readHeld(
  target: HeldReader,
  repository: string,
  images: readonly Pick<DesiredImage, "tag" | "platforms" | "refresh" | "locked" | "settings">[],
  signal: AbortSignal,
): Promise<HeldTags> {
  const names = [...new Set(images.map((image) => image.tag))];
  const contents = new Map<string, HeldContent>();
  const chosen = new Set(images.flatMap(({ tag, platforms }) => (platforms === undefined ? [] : [tag])));
  const isCounted = images.some(({ settings }) => typeof settings.lifecyclePolicy === "object");
  const checked = new Set(images.filter(isChecked).map(({ tag }) => tag));
  const read = async (tag: string, manifest: Manifest) => {
    const content = contentOf(manifest, isCounted);
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
    const manifest = chosen.has(tag) ? await manifestOf(target, repository, digest, signal) : undefined;
    if (manifest !== undefined) await read(tag, manifest);
  });
  await Promise.all(reading);
  return { tags, contents };
}

/** Whether a list of platforms is held against what is there; not where a tag that is there stays, whatever it holds. */
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
    // Replaced and removed since its tag was read: whatever it was, it is not what is wanted now.
    if (error instanceof MirrorError && error.code === "MANIFEST_UNKNOWN") return undefined;
    throw error;
  }
}

/**
 * What a manifest is, as far as a plan asks.
 * @param isCounted whether it is asked what an index has, which takes reading it
 */
function contentOf(manifest: Manifest, isCounted: boolean): HeldContent {
  if (!isIndexType(manifest.mediaType)) return { kind: "image" };
  const content = isCounted ? readManifest(manifest) : undefined;
  const children = content?.kind === "index" ? new Set(content.manifests.map(({ digest }) => digest)).size : undefined;
  return { kind: "index", selection: readSelection(manifest), ...(children === undefined ? {} : { children }) };
}
