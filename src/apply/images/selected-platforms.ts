import { MirrorError } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { readSelection, samePlatforms } from "../../oci/selection.ts";
import { selectPlatforms } from "../../oci/select-platforms.ts";
import type { CopyImage } from "../../plan/action.ts";
import { missingPlatforms } from "../../plan/rows/missing-platforms.ts";
import type { ImageCopy } from "./image-copy.ts";
import { platformOf } from "./image-platform.ts";
import type { ReadManifest } from "./manifest-reader.ts";
import type { ImageTarget } from "../ports.ts";

/** Whether a tag holds what an action is to bring about: the digest, or the index of its platforms made of it. */
export async function isWanted(
  image: CopyImage,
  now: Digest | undefined,
  target: ImageTarget,
  signal: AbortSignal,
): Promise<boolean> {
  const { platforms, repository, digest, precondition } = image;
  if (platforms === undefined) return now === digest;
  // What the plan saw was not what is wanted.
  if (now === undefined || now === precondition) return false;
  const manifest = await target.readManifest(repository, now, signal);
  if (isImageType(manifest.mediaType)) return now === digest;
  const selection = readSelection(manifest);
  return selection?.source === digest && samePlatforms(selection.platforms, platforms);
}

/**
 * What the tag of an image is to name: its manifest or, where platforms are chosen, the index of those. That is taken
 * from a target that has it, or made of the source's.
 * @throws MirrorError PLATFORM_MISSING, and what reading throws
 */
export async function readTop(copy: ImageCopy): Promise<ReadManifest> {
  const { platforms } = copy;
  const read = () => copy.reader.read(copy.from, copy.digest, copy.signal, copy.pulls, copy.holders);
  if (platforms === undefined) return read();
  return (await readMade(copy, platforms)) ?? (await choose(copy, platforms, await read()));
}

/** The index that was made of the same one before; undefined where no target has it any more. */
async function readMade(copy: ImageCopy, platforms: readonly string[]): Promise<ReadManifest | undefined> {
  for (const { target, repository, digest } of copy.holders) {
    if (digest === undefined) continue;
    try {
      const manifest = await target.readManifest(repository, digest, copy.signal);
      const selection = readSelection(manifest);
      const content = readManifest(manifest);
      const isSame = selection?.source === copy.digest && samePlatforms(selection.platforms, platforms);
      if (isSame && content.kind === "index") return { manifest, content, holder: { target, repository } };
    } catch (error) {
      // Gone meanwhile: the source has what it was made of.
      if (copy.signal.aborted) throw error;
    }
  }
  return undefined;
}

async function choose(copy: ImageCopy, platforms: readonly string[], read: ReadManifest): Promise<ReadManifest> {
  const { manifest, content, holder } = read;
  if (content.kind === "image") {
    const platform = await platformOf(copy, content.config, holder);
    const missing = platforms.filter((wanted) => wanted !== platform);
    if (missing.length === 0) return read;
    throw lacking(copy, missing, platform === undefined ? [] : [platform]);
  }
  const made = selectPlatforms(manifest, platforms);
  if (!("kind" in made)) {
    const kept = new Set(made.children.map(({ digest }) => digest));
    for (const { digest } of content.manifests) if (!kept.has(digest)) copy.together.pass(digest);
    return { manifest: made.manifest, content: { kind: "index", manifests: made.children }, holder };
  }
  switch (made.kind) {
    case "missing":
      throw lacking(copy, made.missing, made.present);
    case "nested":
      throw problem(copy, "NESTED_TOO_DEEPLY", "the index names another index, whose platforms cannot be told", {
        hint: "Leave `platforms` out to mirror it as it is, or mirror one of the indexes that it holds.",
      });
    case "invalid":
      throw problem(copy, "MANIFEST_INVALID", made.message);
  }
}

function lacking(copy: ImageCopy, missing: readonly string[], present: readonly string[]): MirrorError {
  return problem(copy, "PLATFORM_MISSING", missingPlatforms(missing, present));
}

function problem(copy: ImageCopy, code: ErrorCode, message: string, more: { hint?: string } = {}): MirrorError {
  const reference = `${copy.from}@${copy.digest}`;
  return new MirrorError(message, { code, side: "source", operation: "select platforms of", reference, ...more });
}
