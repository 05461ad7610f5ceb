import pLimit from "p-limit";

import { MirrorError, reportOf } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { cosignType } from "../../oci/referrer-tags.ts";
import type { ReferrerTagWork, ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import { copyImage } from "../images/copy-image.ts";
import { putReferrerList, type LeftOut } from "./referrer-list.ts";
import type { Meter } from "../run-action.ts";
import type { ReferrerCopy } from "./referrer-copy.ts";

/** Artifacts of one subject worked on at once. */
const ARTIFACTS_AT_ONCE = 3;

/**
 * Copies what a target lacks, subjects before what refers to them; a subject's list after everything that it names.
 * What the target refuses to store becomes a warning (ECR answers 405 to some artifacts: aws/containers-roadmap#2783).
 * One failure does not stop the others.
 * @returns whether anything was written
 * @throws MirrorError of the first that failed, when all have ended; PULL_LIMIT at once
 */
export async function copyReferrers(work: readonly ReferrerWork[], copy: ReferrerCopy): Promise<boolean> {
  const limit = pLimit(ARTIFACTS_AT_ONCE);
  let hasWritten = false;
  let failure: unknown;
  for (const { subject, artifacts, tags } of work) {
    const leftOut: LeftOut = { refused: new Set(), failed: new Set() };
    const attempt = async (digest: Digest, task: () => Promise<boolean>): Promise<void> => {
      try {
        if (await task()) hasWritten = true;
      } catch (error) {
        const isRefused = isRefusal(error);
        (isRefused ? leftOut.refused : leftOut.failed).add(digest);
        if (isRefused) warn(copy.meter, error);
        else failure ??= error;
      }
    };
    const cosign = tags.filter(({ kind }) => kind === "artifact");
    const copyOne = (artifact: Artifact, tag?: ReferrerTagWork) =>
      limit(() => attempt(artifact.digest, () => inTurn(artifact, copy, () => copyArtifact(artifact, tag, copy))));
    await Promise.all([
      ...artifacts.map((artifact) => copyOne(artifact)),
      ...cosign.map((tag) => copyOne({ ...tag, artifactType: cosignType(subject, tag.tag) }, tag)),
    ]);
    if (copy.signal.aborted || isAtFloor(failure)) throw failure;
    const list = tags.find(({ kind }) => kind === "list");
    if (artifacts.length === 0 && list === undefined && leftOut.refused.size === 0) continue;
    await attempt(subject, () => putReferrerList(subject, artifacts, list, leftOut, copy));
  }
  if (failure !== undefined) throw failure;
  return hasWritten;
}

type Artifact = Pick<ReferrerTagWork, "digest" | "mediaType"> & { artifactType?: string | undefined };

/** Of artifacts without a type nothing says that they are alike. */
function inTurn<T>({ digest, mediaType, artifactType }: Artifact, copy: ReferrerCopy, task: () => Promise<T>) {
  if (artifactType === undefined || copy.firstOfKind === undefined) return task();
  const { target, repository } = copy.action;
  return copy.firstOfKind(JSON.stringify([target, mediaType, artifactType]), `${repository}@${digest}`, task);
}

/** @param tag of cosign's, to be put last; without, the artifact is put by its digest alone */
async function copyArtifact(
  { digest, mediaType }: Artifact,
  tag: ReferrerTagWork | undefined,
  copy: ReferrerCopy,
): Promise<boolean> {
  const { transfer, action, signal, pulls, meter, emit } = copy;
  const { target } = transfer;
  const { repository } = action;
  const isTagDone = async (): Promise<boolean> => {
    if (tag === undefined) return false;
    const now = (await target.readTags(repository, [tag.tag], signal)).get(tag.tag);
    if (now !== digest && (now ?? null) !== tag.precondition) throw stale(`${repository}:${tag.tag}`);
    return now === digest;
  };
  if (await isTagDone()) return false;
  if (await target.hasManifest(repository, digest, signal)) {
    if (tag === undefined) return false;
    await target.putManifest(repository, tag.tag, await target.readManifest(repository, digest, signal), signal);
    return true;
  }
  if (isImageType(mediaType)) {
    const { content } = await transfer.reader.read(copy.from, digest, signal, pulls, []);
    if (content.kind === "index") throw otherThanListed(copy, digest);
  }
  const together = copy.gathering.enter(digest);
  try {
    return await copyImage({
      ...transfer,
      from: copy.from,
      to: repository,
      digest,
      platforms: undefined,
      signal,
      isTagDone,
      putTag: (manifest) => target.putManifest(repository, tag?.tag, manifest, signal),
      // What is left of the places is given back when the whole action ends.
      pulls: { ...pulls, keepAtMost: () => {} },
      holders: [],
      waiting: copy.waiting,
      together,
      onBlobBytes: (blob, bytes) => {
        meter.bytes += bytes;
        emit({ type: "blob.progress", action: action.id, digest: blob.digest, bytes });
      },
    });
  } finally {
    together.leave();
  }
}

/** The target's rules, or a form of manifest that registries no longer take (OCI's withdrawn artifact manifest). */
export function isRefusal(error: unknown): error is MirrorError {
  if (!(error instanceof MirrorError)) return false;
  return (error.side === "target" && error.code === "MANIFEST_REFUSED") || error.code === "MEDIA_TYPE_UNSUPPORTED";
}

function warn(meter: Meter, error: MirrorError): void {
  meter.warnings = [...(meter.warnings ?? []), reportOf(error)];
}

function isAtFloor(error: unknown): boolean {
  return error instanceof MirrorError && error.code === "PULL_LIMIT";
}

/** The plan counted one pull for it; its children would be more than was said. */
function otherThanListed({ action }: ReferrerCopy, digest: Digest): MirrorError {
  return new MirrorError("the source lists it as the manifest of one artifact, and it is an index", {
    code: "MANIFEST_INVALID",
    side: "source",
    operation: "copy referrers of",
    reference: `${action.source.replace(/@.*$/, "")}@${digest}`,
    hint: "Ask its publisher, or choose other types with `referrers: { types: [...] }`.",
  });
}

function stale(reference: string): MirrorError {
  return new MirrorError("the tag changed since the plan", {
    code: "STALE",
    side: "target",
    operation: "copy referrers of",
    reference,
    hint: "Someone else wrote this tag. Run plan again to see what is there now.",
  });
}
