import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { CopyImage } from "../../plan/action.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";

const OPERATION = "replace tag";

/** A copy whose tag may not move. */
export interface TagReplacement {
  image: CopyImage & { replace: { backupTag: string } };
  target: ImageTarget;
  admin: RepositoryAdmin;
  /** Name of the mirror file. */
  owner: string;
  signal: AbortSignal;
}

/** Whether the tag is absent as a run left it that was broken off in its middle: the backup tag holds the old image. */
export async function isBackedUp(image: CopyImage, target: ImageTarget, signal: AbortSignal): Promise<boolean> {
  if (image.replace === undefined || image.precondition === null) return false;
  const { backupTag } = image.replace;
  return (await target.readTags(image.repository, [backupTag], signal)).get(backupTag) === image.precondition;
}

/**
 * Puts a tag that may not move: the new image by digest, the backup tag on the old one, the tag deleted, the tag put.
 * ECR deletes an image with its last tag, so the backup comes before. Each step finds done what an earlier run did.
 * @param manifest of the new image, all that it refers to being there
 * @throws MirrorError STALE, and what the target throws
 */
export async function replaceTag(replacement: TagReplacement, manifest: Manifest): Promise<void> {
  const { image, target, admin, owner, signal } = replacement;
  const { repository, tag, precondition: old } = image;
  const { backupTag } = image.replace;
  if (!(await target.hasManifest(repository, manifest.digest, signal))) {
    await target.putManifest(repository, undefined, manifest, signal);
  }
  const held = await target.readTags(repository, [tag, backupTag], signal);
  const [now, backup] = [held.get(tag), held.get(backupTag)];
  if (now === manifest.digest) return;
  if (old === null || (now ?? old) !== old || (now === undefined && backup !== old)) throw changed(image, tag, now);
  if (backup !== undefined && backup !== old) throw changed(image, backupTag, backup);
  if (backup === undefined) {
    await target.putManifest(repository, backupTag, await target.readManifest(repository, old, signal), signal);
  }
  await admin.requireOwner(repository, owner, OPERATION, signal);
  signal.throwIfAborted();
  // From here to the end the tag is absent: a first interrupt waits for these two requests.
  const unbroken = new AbortController().signal;
  if (now !== undefined) await admin.removeImages(repository, [{ tag }], unbroken);
  await putAgain(replacement, manifest, unbroken);
}

async function putAgain({ image, target }: TagReplacement, manifest: Manifest, signal: AbortSignal): Promise<void> {
  try {
    await target.putManifest(image.repository, image.tag, manifest, signal);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code === "TAG_IMMUTABLE") throw error;
    const hint = `The tag is absent now, and ${image.replace.backupTag} holds the old image. Run apply again, which puts the tag.`;
    throw error.with({ hint: `${hint} ${error.hint}` });
  }
}

function changed(image: CopyImage, tag: string, now: Digest | undefined): MirrorError {
  return new MirrorError(`the tag changed since the plan: found ${now ?? "no such tag"}`, {
    code: "STALE",
    side: "target",
    operation: OPERATION,
    reference: `${image.repository}:${tag}`,
    hint: "Someone else wrote this tag. Run plan again to see what is there now.",
  });
}
