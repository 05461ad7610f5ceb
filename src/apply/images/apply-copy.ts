import { MirrorError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { parseReference } from "../../oci/reference.ts";
import type { CopyImage } from "../../plan/action.ts";
import { isWanted } from "./selected-platforms.ts";
import type { Waiting } from "../blobs/blob-route.ts";
import { copyImage } from "./copy-image.ts";
import type { Member } from "./copy-barrier.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { ImageTarget } from "../ports.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";
import { isBackedUp, replaceTag } from "./replace-tag.ts";
import type { Meter } from "../run-action.ts";
import type { Transfer } from "./transfers.ts";

/**
 * Carries out one copy under its precondition. The tag is read again just before the first counted request, so that
 * of several runs started together the later ones find the work done, and once more just before it is put.
 * @returns whether this run put the tag
 * @throws MirrorError STALE when the tag holds something else than the plan saw
 */
export async function applyCopy(
  image: CopyImage,
  transfer: Transfer,
  context: {
    emit: Emit;
    signal: AbortSignal;
    meter: Meter;
    pulls: ImagePulls;
    together: Member;
    target: (name: string) => ImageTarget;
    admin: (target: string) => RepositoryAdmin | undefined;
    plan: { name: string };
  } & Waiting,
): Promise<boolean> {
  const { repository, tag, digest, platforms } = image;
  const { emit, signal, meter, pulls, together, clock, random } = context;
  const source = parseReference(image.source);
  if (typeof source === "string") throw new Error(`${image.source}: ${source}`);
  const held = async () => (await transfer.target.readTags(repository, [tag], signal)).get(tag);
  const isTagDone = async () => {
    const now = await held();
    if (await isWanted(image, now, transfer.target, signal)) return true;
    const isExpected = (now ?? null) === image.precondition;
    if (isExpected || (now === undefined && (await isBackedUp(image, transfer.target, signal)))) return false;
    throw stale(image, now);
  };
  const { replace } = image;
  const admin = context.admin(image.target);
  const putTag = (manifest: Manifest): Promise<void> =>
    replace === undefined || admin === undefined
      ? transfer.target.putManifest(repository, tag, manifest, signal)
      : replaceTag({ image: { ...image, replace }, ...transfer, admin, owner: context.plan.name, signal }, manifest);
  // Together: far away each answer takes its time.
  const [isDone, isThere] = await Promise.all([
    isTagDone(),
    platforms === undefined && transfer.target.hasManifest(repository, digest, signal),
  ]);
  if (isDone) return false;
  try {
    // What the target's repository has under another tag, or under none, is complete there: it is tagged, and costs no pull.
    const there = isThere ? await transfer.target.readManifest(repository, digest, signal) : undefined;
    if (there !== undefined) {
      await putTag(there);
      return true;
    }
    return await copyImage({
      ...transfer,
      from: source.repository,
      to: repository,
      digest,
      platforms,
      signal,
      isTagDone,
      putTag,
      pulls,
      holders: image.heldAt.map((place) => ({ ...place, target: context.target(place.target) })),
      waiting: { clock, random },
      together,
      onBlobBytes: (blob, bytes) => {
        meter.bytes += bytes;
        emit({ type: "blob.progress", action: image.id, digest: blob.digest, bytes });
      },
    });
  } catch (error) {
    // ECR refuses an immutable tag also at the digest that it holds (aws/containers-roadmap#2380): look before calling it an error.
    const refused = error instanceof MirrorError && error.code === "TAG_IMMUTABLE";
    if (refused && (await isWanted(image, await held(), transfer.target, signal))) return false;
    throw error;
  }
}

function stale(image: CopyImage, now: Digest | undefined): MirrorError {
  return new MirrorError(
    `the tag changed since the plan: expected ${image.precondition ?? "no such tag"}, found ${now ?? "no such tag"}`,
    {
      code: "STALE",
      side: "target",
      operation: "copy image",
      reference: `${image.repository}:${image.tag}`,
      hint: "Someone else wrote this tag. Run plan again to see what is there now.",
    },
  );
}
