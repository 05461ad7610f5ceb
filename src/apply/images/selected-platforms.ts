import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { isSameContent } from "../../actual/same-content.ts";
import { matchesDigest, type Digest } from "../../oci/digest.ts";
import { readManifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { choosesPlatform } from "../../oci/platform.ts";
import { selectPlatforms } from "../../oci/select-platforms.ts";
import { readSelection, samePlatforms } from "../../oci/selection.ts";
import type { CopyImage } from "../../plan/action.ts";
import { missingPlatforms } from "../../plan/rows/missing-platforms.ts";
import type { ImageTarget } from "../ports.ts";
import type { ImageCopyContext } from "./image-copy-context.ts";
import { platformOf } from "./image-platform.ts";
import type { ReadManifest } from "./manifest-reader.ts";

/** Whether a tag has what an action is to put there: the digest itself, or an index of the selected platforms of it. */
export async function tagHasImage(
  image: CopyImage,
  now: Digest | undefined,
  target: ImageTarget,
  signal: AbortSignal,
): Promise<boolean> {
  const { platforms, repository, digest, precondition } = image;
  if (platforms === undefined && now === digest) return true;
  // The plan has this action because what it saw was not wanted.
  if (now === undefined || now === precondition) return false;
  if (platforms === undefined) return isSameContent(target, repository, now, digest, signal);
  const manifest = await target.readManifest(repository, now, signal);
  if (isImageType(manifest.mediaType)) return matchesDigest(manifest.bytes, digest);
  const selection = readSelection(manifest);
  return selection?.source === digest && samePlatforms(selection.platforms, platforms);
}

/**
 * Reads the manifest that the tag is to point to: the image's own or, with selected platforms, the index of those. That
 * index is read from a target that has it, or made from the source's.
 * @throws MirrorError PLATFORM_MISSING, and what reading throws
 */
export async function readTop(copy: ImageCopyContext): Promise<ReadManifest> {
  const { platforms } = copy;
  const read = () => copy.reader.read(copy.from, copy.digest, copy.signal, copy.pulls, copy.locations);
  if (platforms === undefined) return read();
  return (await readExistingSelection(copy, platforms)) ?? (await select(copy, platforms, await read()));
}

/** Reads the index of the same platforms from a target. Undefined where no target has it. */
async function readExistingSelection(
  copy: ImageCopyContext,
  platforms: readonly string[],
): Promise<ReadManifest | undefined> {
  for (const { target, repository, digest } of copy.locations) {
    if (digest === undefined) continue;
    try {
      const manifest = await target.readManifest(repository, digest, copy.signal);
      const selection = readSelection(manifest);
      const content = readManifest(manifest);
      const isSame = selection?.source === copy.digest && samePlatforms(selection.platforms, platforms);
      if (isSame && content.kind === "index") return { manifest, content, location: { target, repository } };
    } catch (error) {
      // Deleted since the plan: the source has the index to select from.
      if (copy.signal.aborted) throw error;
    }
  }
  return undefined;
}

async function select(copy: ImageCopyContext, platforms: readonly string[], read: ReadManifest): Promise<ReadManifest> {
  const { manifest, content, location } = read;
  if (content.kind === "image") {
    const platform = await platformOf(copy, content.config, location);
    const missing = platforms.filter((wanted) => platform === undefined || !choosesPlatform(wanted, platform));
    if (missing.length === 0) return read;
    throw platformsMissing(copy, missing, platform === undefined ? [] : [platform]);
  }
  const made = selectPlatforms(manifest, platforms);
  if (!("kind" in made)) {
    const kept = new Set(made.children.map(({ digest }) => digest));
    for (const { digest } of content.manifests) if (!kept.has(digest)) copy.barrier.skip(digest);
    return { manifest: made.manifest, content: { kind: "index", manifests: made.children }, location };
  }
  switch (made.kind) {
    case "missing":
      throw platformsMissing(copy, made.missing, made.present);
    case "nested":
      throw problem(copy, "NESTED_TOO_DEEPLY", "its index contains another index, whose platforms are unknown", {
        hint: "omit `platforms` to mirror it unchanged, or mirror one of the indexes in it",
      });
    case "invalid":
      throw problem(copy, "MANIFEST_INVALID", made.message);
  }
}

function platformsMissing(copy: ImageCopyContext, missing: readonly string[], present: readonly string[]): MirrorError {
  return problem(copy, "PLATFORM_MISSING", missingPlatforms(missing, present));
}

function problem(copy: ImageCopyContext, code: ErrorCode, message: string, more: { hint?: string } = {}): MirrorError {
  const reference = `${copy.registry}/${copy.from}@${copy.digest}`;
  return new MirrorError(message, { code, side: "source", operation: "select platforms of", reference, ...more });
}
