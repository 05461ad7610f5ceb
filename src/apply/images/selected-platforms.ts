import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { isSameContent } from "../../actual/same-content.ts";
import { matchesDigest, type Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { choosesPlatform } from "../../oci/platforms/platform.ts";
import { hasAttestations, selectPlatforms } from "../../oci/platforms/select-platforms.ts";
import { readSelection, sameChoice, selects } from "../../oci/platforms/selection.ts";
import type { CopyImage } from "../../plan/action.ts";
import { missingPlatforms } from "../../plan/rows/missing-platforms.ts";
import type { ImageTarget } from "../ports.ts";
import type { ImageCopyContext } from "./image-copy-context.ts";
import { platformOf } from "./image-platform.ts";
import type { ReadManifest } from "./manifest-reader.ts";

/** Whether a tag has what an action is to put there: the digest itself, or an index of the chosen part of it. */
export async function tagHasImage(
  image: CopyImage,
  now: Digest | undefined,
  target: ImageTarget,
  signal: AbortSignal,
): Promise<boolean> {
  const { platforms, repository, digest, precondition } = image;
  const isPart = selects(image);
  if (!isPart && now === digest) return true;
  // The plan has this action because what it saw was not wanted.
  if (now === undefined || now === precondition) return false;
  if (!isPart) return isSameContent(target, repository, now, digest, signal);
  const manifest = await target.readManifest(repository, now, signal);
  const isWhole = isImageType(manifest.mediaType) || (platforms === undefined && !hasAttestations(manifest));
  if (isWhole && matchesDigest(manifest.bytes, digest)) return true;
  const selection = readSelection(manifest);
  return selection?.source === digest && sameChoice(selection, image);
}

/** The manifest that a tag is to point to. */
export interface TopManifest extends ReadManifest {
  /** Makes it again without attestations that the source no longer has. Missing for a manifest that is copied as it is. */
  without?: (gone: ReadonlySet<Digest>) => Manifest;
}

/**
 * Reads the manifest that the tag is to point to: the image's own or, if a part is chosen, the index of that. That index
 * is read from a target that has it, or made from the source's.
 * @throws MirrorError PLATFORM_MISSING, and what reading throws
 */
export async function readTop(copy: ImageCopyContext): Promise<TopManifest> {
  const read = () => copy.reader.read(copy.from, copy, copy.signal, copy.pulls, copy.locations);
  if (!selects(copy.choice)) return read();
  return (await readExistingSelection(copy)) ?? (await select(copy, await read()));
}

/** Reads the index of the same part from a target. Undefined where no target has it. */
async function readExistingSelection(copy: ImageCopyContext): Promise<ReadManifest | undefined> {
  for (const { target, repository, digest } of copy.locations) {
    if (digest === undefined) continue;
    try {
      const manifest = await target.readManifest(repository, digest, copy.signal);
      const selection = readSelection(manifest);
      const content = readManifest(manifest);
      const isSame = selection?.source === copy.digest && sameChoice(selection, copy.choice);
      if (isSame && content.kind === "index") return { manifest, content, location: { target, repository } };
    } catch (error) {
      // Deleted since the plan: the source has the index to select from.
      if (copy.signal.aborted) throw error;
    }
  }
  return undefined;
}

async function select(copy: ImageCopyContext, read: ReadManifest): Promise<TopManifest> {
  const { manifest, content, location } = read;
  const { choice } = copy;
  if (content.kind === "image") {
    const { platforms = [] } = choice;
    const platform = platforms.length === 0 ? undefined : await platformOf(copy, content.config, location);
    const missing = platforms.filter((wanted) => platform === undefined || !choosesPlatform(wanted, platform));
    if (missing.length === 0) return read;
    throw platformsMissing(copy, missing, platform === undefined ? [] : [platform]);
  }
  const made = selectPlatforms(manifest, choice);
  if (!("kind" in made)) {
    const kept = new Set(made.children.map(({ digest }) => digest));
    for (const { digest } of content.manifests) if (!kept.has(digest)) copy.barrier.skip(digest);
    return {
      manifest: made.manifest,
      content: { kind: "index", manifests: made.children },
      location,
      without(gone) {
        const again = selectPlatforms(manifest, choice, gone);
        if ("kind" in again) throw new Error(`an index that was made cannot be made again: ${again.kind}`);
        return again.manifest;
      },
    };
  }
  switch (made.kind) {
    case "whole":
      return read;
    case "missing":
      throw platformsMissing(copy, made.missing, made.present);
    case "nested":
      throw problem(copy, "NESTED_TOO_DEEPLY", "its index contains another index, whose platforms are unknown", {
        hint: "omit `platforms` and `attestations` to mirror it unchanged, or mirror one of the indexes in it",
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
