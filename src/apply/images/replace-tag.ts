import { MirrorError } from "../../errors.ts";
import { digestOf, type Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { CopyImage } from "../../plan/action.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";
import type { ImageTarget } from "../ports.ts";

const OPERATION = "replace tag";

/** A copy to an immutable tag. */
export interface TagReplacement {
  image: CopyImage & { replace: { backupTag: string } };
  target: ImageTarget;
  admin: RepositoryAdmin;
  /** Name of the mirror file. */
  owner: string;
  signal: AbortSignal;
}

/** Whether the tag is missing because an earlier run was interrupted while replacing it: the backup tag has the old image. */
export async function isBackedUp(image: CopyImage, target: ImageTarget, signal: AbortSignal): Promise<boolean> {
  if (image.replace === undefined || image.precondition === null) return false;
  const { backupTag } = image.replace;
  return (await target.readTags(image.repository, [backupTag], signal)).get(backupTag) === image.precondition;
}

/**
 * Replaces an immutable tag: puts the new image by digest, puts the backup tag on the old one, deletes the tag and puts it
 * again. ECR deletes an image with its last tag, so the backup tag comes first. Steps that an earlier run has done are skipped.
 * @param manifest of the new image; the target has everything it refers to
 * @throws MirrorError STALE, and what the target throws
 */
export async function replaceTag(replacement: TagReplacement, wanted: Manifest): Promise<void> {
  // ECR names manifests by sha256, whatever algorithm the source uses.
  const manifest = { ...wanted, digest: digestOf(wanted.bytes) };
  const { image, target, admin, owner, signal } = replacement;
  const { repository, tag, precondition: old } = image;
  const { backupTag } = image.replace;
  if (!(await target.hasManifest(repository, manifest.digest, signal))) {
    await target.putManifest(repository, undefined, manifest, signal);
  }
  const tags = await target.readTags(repository, [tag, backupTag], signal);
  const [now, backup] = [tags.get(tag), tags.get(backupTag)];
  if (now === manifest.digest) return;
  if (old === null || (now ?? old) !== old || (now === undefined && backup !== old)) throw changed(image, tag, now);
  if (backup !== undefined && backup !== old) throw changed(image, backupTag, backup);
  if (backup === undefined) {
    await target.putManifest(repository, backupTag, await target.readManifest(repository, old, signal), signal);
  }
  await admin.requireOwner(repository, owner, OPERATION, signal);
  signal.throwIfAborted();
  // The tag is missing between these two requests, so an interrupt waits for them.
  const uninterrupted = new AbortController().signal;
  if (now !== undefined) await admin.removeImages(repository, [{ kind: "tag", tag }], uninterrupted);
  await putAgain(replacement, manifest, uninterrupted);
}

async function putAgain({ image, target }: TagReplacement, manifest: Manifest, signal: AbortSignal): Promise<void> {
  try {
    await target.putManifest(image.repository, image.tag, manifest, signal);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code === "TAG_IMMUTABLE") throw error;
    const hint = `rerun apply to write the tag: it is missing now, and ${image.replace.backupTag} has the old image`;
    throw error.with({ hint: `${hint}. ${error.hint}` });
  }
}

function changed(image: CopyImage, tag: string, now: Digest | undefined): MirrorError {
  return new MirrorError(`the tag changed since the plan: found ${now ?? "no such tag"}`, {
    code: "STALE",
    side: "target",
    operation: OPERATION,
    reference: `${image.repository}:${tag}`,
    hint: "another client changed the tag; rerun plan to see its current digest",
  });
}
