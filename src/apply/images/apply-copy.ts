import { MirrorError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { parseReference } from "../../oci/reference.ts";
import { choiceOf, selects } from "../../oci/platforms/selection.ts";
import type { CopyImage } from "../../plan/action.ts";
import type { RepositoryAdmin } from "../../repository/repository-admin.ts";
import type { RetryTiming } from "../blobs/blob-request.ts";
import type { ImageTarget } from "../ports.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import { addWarning, type Meter } from "../run-action.ts";
import type { BarrierMember } from "./copy-barrier.ts";
import { copyImage } from "./copy-image.ts";
import type { CopyResources } from "./copy-resources.ts";
import { asPlanned } from "./planned-type.ts";
import { isBackedUp, replaceTag } from "./replace-tag.ts";
import { tagHasImage } from "./selected-platforms.ts";

/**
 * Applies one copy if its precondition is met. The tag is read before the first pull, so that of several runs started
 * together the later ones find the work done; and again just before it is put, if content had to be copied.
 * @returns whether this run put the tag
 * @throws MirrorError STALE when the tag changed since the plan
 */
export async function applyCopy(
  image: CopyImage,
  resources: CopyResources,
  context: {
    emit: Emit;
    signal: AbortSignal;
    meter: Meter;
    pulls: ImagePulls;
    barrier: BarrierMember;
    target: (name: string) => ImageTarget;
    admin: (target: string) => RepositoryAdmin | undefined;
    plan: { name: string };
  } & RetryTiming,
): Promise<boolean> {
  const { repository, tag, digest } = image;
  const { target } = resources;
  const { emit, signal, meter, pulls, barrier, clock, random } = context;
  const source = parseReference(image.source);
  if (typeof source === "string") throw new Error(`${image.source}: ${source}`);
  const readTag = async () => (await target.readTags(repository, [tag], signal)).get(tag);
  const isTagDone = async () => {
    const now = await readTag();
    if (await tagHasImage(image, now, target, signal)) return true;
    const isExpected = (now ?? null) === image.precondition;
    if (isExpected || (now === undefined && (await isBackedUp(image, target, signal)))) return false;
    throw stale(image, now);
  };
  const { replace } = image;
  const admin = context.admin(image.target);
  const putTag = (manifest: Manifest): Promise<void> =>
    replace === undefined || admin === undefined
      ? target.putManifest(repository, tag, manifest, signal)
      : replaceTag({ image: { ...image, replace }, target, admin, owner: context.plan.name, signal }, manifest);
  // Sent at once, as every request to a distant target takes its time.
  const [isDone, isPresent] = await Promise.all([
    isTagDone(),
    !selects(image) && target.hasManifest(repository, digest, signal),
  ]);
  if (isDone) return false;
  try {
    // An image that the repository has, tagged or not, is complete there: tagging it costs no pull.
    const present = isPresent ? await readPresent(image, target, signal) : undefined;
    if (present !== undefined) {
      await putTag(present);
      return true;
    }
    return await copyImage({
      ...resources,
      from: source.repository,
      to: repository,
      digest,
      mediaType: image.mediaType,
      choice: choiceOf(image),
      signal,
      isTagDone,
      putTag,
      pulls,
      locations: image.heldAt.map((place) => ({ ...place, target: context.target(place.target) })),
      retryTiming: { clock, random },
      barrier,
      onWarning: (warning) => addWarning(meter, warning),
      onBlobBytes: (blob, bytes) => {
        meter.bytes += bytes;
        emit({ type: "blob.progress", action: image.id, digest: blob.digest, bytes });
      },
    });
  } catch (error) {
    // ECR refuses to put an immutable tag even at the digest that it already has (aws/containers-roadmap#2380).
    const isRefused = error instanceof MirrorError && error.code === "TAG_IMMUTABLE";
    if (isRefused && (await tagHasImage(image, await readTag(), target, signal))) return false;
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
      hint: "another client changed the tag; rerun plan to see its current digest",
    },
  );
}

/** Reads an image that the target has. Undefined if it has another media type there, so that it is copied instead. */
async function readPresent(image: CopyImage, target: ImageTarget, signal: AbortSignal): Promise<Manifest | undefined> {
  const manifest = await target.readManifest(image.repository, image.digest, signal);
  try {
    return asPlanned(manifest, image, image.repository);
  } catch {
    return undefined;
  }
}
