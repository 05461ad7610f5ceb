import pLimit from "p-limit";

import { isSameContent } from "../../actual/same-content.ts";
import { MirrorError, reportOf, type ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { cosignType } from "../../oci/referrer-tags.ts";
import type { ReferrerTagWork, ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import type { CopyReferrers } from "../../plan/action.ts";
import { isAbsence } from "../images/absent-children.ts";
import { copyImage } from "../images/copy-image.ts";
import { addWarning, type Meter } from "../run-action.ts";
import type { ReferrerCopyContext } from "./referrer-copy-context.ts";
import { putReferrerList, type SkippedReferrers } from "./referrer-list.ts";

/** Artifacts of one subject copied at once. */
const ARTIFACTS_AT_ONCE = 3;

/**
 * Copies the referrers that a target lacks: subjects before their referrers, and the list of a subject after its
 * artifacts. What the target refuses becomes a warning (ECR answers 405 to some artifacts: aws/containers-roadmap#2783).
 * One failure does not stop the others.
 * @returns whether anything was written
 * @throws MirrorError of the first that failed, when all have ended; PULL_LIMIT at once
 */
export async function copyReferrers(work: readonly ReferrerWork[], copy: ReferrerCopyContext): Promise<boolean> {
  const limit = pLimit(ARTIFACTS_AT_ONCE);
  let hasWritten = false;
  let failure: unknown;
  for (const { subject, artifacts, tags } of work) {
    const skipped: SkippedReferrers = { refused: new Set(), failed: new Set(), gone: new Set() };
    const attempt = async (digest: Digest, task: () => Promise<boolean>): Promise<void> => {
      try {
        if (await task()) hasWritten = true;
      } catch (error) {
        const isRefused = isRefusal(error);
        const isGone =
          copy.action.types === null && isAbsence(error) && error.reference?.endsWith(`@${digest}`) === true;
        (isRefused ? skipped.refused : isGone ? skipped.gone : skipped.failed).add(digest);
        if (isRefused) warn(copy.meter, error);
        else if (isGone) addWarning(copy.meter, goneReferrers(copy.action, [digest]));
        else failure ??= error;
      }
    };
    const cosign = tags.filter(({ kind }) => kind === "artifact");
    const copyOne = (artifact: Artifact, tag?: ReferrerTagWork) =>
      limit(() => attempt(artifact.digest, () => withProbe(artifact, copy, () => copyArtifact(artifact, tag, copy))));
    await Promise.all([
      ...artifacts.map((artifact) => copyOne(artifact)),
      ...cosign.map((tag) => copyOne({ ...tag, artifactType: cosignType(subject, tag.tag) }, tag)),
    ]);
    if (copy.signal.aborted || isPullLimitError(failure)) throw failure;
    const list = tags.find(({ kind }) => kind === "list");
    if (artifacts.length === 0 && list === undefined && skipped.refused.size === 0) continue;
    await attempt(subject, () => putReferrerList(subject, artifacts, list, skipped, copy));
  }
  if (failure !== undefined) throw failure;
  return hasWritten;
}

type Artifact = Pick<ReferrerTagWork, "digest" | "mediaType"> & { artifactType?: string | undefined };

/** Artifacts without a type may have nothing in common, so none of them stands for the others. */
function withProbe<T>(
  { digest, mediaType, artifactType }: Artifact,
  copy: ReferrerCopyContext,
  task: () => Promise<T>,
) {
  if (artifactType === undefined || copy.typeProbe === undefined) return task();
  const { target, repository } = copy.action;
  return copy.typeProbe(JSON.stringify([target, mediaType, artifactType]), `${repository}@${digest}`, task);
}

/** @param tag cosign's tag, put last. Without it the artifact is put by digest */
async function copyArtifact(
  { digest, mediaType }: Artifact,
  tag: ReferrerTagWork | undefined,
  copy: ReferrerCopyContext,
): Promise<boolean> {
  const { resources, action, signal, pulls, meter, emit } = copy;
  const { target } = resources;
  const { repository } = action;
  const isTagDone = async (): Promise<boolean> => {
    if (tag === undefined) return false;
    const now = (await target.readTags(repository, [tag.tag], signal)).get(tag.tag);
    const isDone = now !== undefined && (await isSameContent(target, repository, now, digest, signal));
    if (!isDone && (now ?? null) !== tag.precondition) throw stale(`${repository}:${tag.tag}`);
    return isDone;
  };
  if (await isTagDone()) return false;
  if (await target.hasManifest(repository, digest, signal)) {
    if (tag === undefined) return false;
    await target.putManifest(repository, tag.tag, await target.readManifest(repository, digest, signal), signal);
    return true;
  }
  if (isImageType(mediaType)) {
    const { content } = await resources.reader.read(copy.from, { digest, mediaType }, signal, pulls, []);
    if (content.kind === "index") throw unexpectedIndex(copy, digest);
  }
  const barrier = copy.copyBarrier.join(digest);
  try {
    return await copyImage({
      ...resources,
      from: copy.from,
      to: repository,
      digest,
      mediaType,
      choice: {},
      signal,
      isTagDone,
      putTag: (manifest) => target.putManifest(repository, tag?.tag, manifest, signal),
      // Unused permits are released when the whole action ends.
      pulls: { ...pulls, keepAtMost: () => {} },
      locations: [],
      retryTiming: copy.retryTiming,
      barrier,
      onWarning: (warning) => addWarning(meter, warning),
      onBlobBytes: (blob, bytes) => {
        meter.bytes += bytes;
        emit({ type: "blob.progress", action: action.id, digest: blob.digest, bytes });
      },
    });
  } finally {
    barrier.leave();
  }
}

/** Whether a target's own rules refuse an artifact, or its media type is obsolete (OCI's withdrawn artifact manifest). */
export function isRefusal(error: unknown): error is MirrorError {
  if (!(error instanceof MirrorError)) return false;
  return (error.side === "target" && error.code === "MANIFEST_REFUSED") || error.code === "MEDIA_TYPE_UNSUPPORTED";
}

/** Reports referrers that the source lists, but no longer has. They are left out, unless they were named by type. */
export function goneReferrers({ source }: CopyReferrers, gone: readonly Digest[]): ErrorReport {
  return {
    code: "MANIFEST_UNKNOWN",
    side: "source",
    operation: "copy referrers of",
    reference: source,
    message: `left out ${gone.length} of them: listed at the source, which no longer has ${gone.join(", ")}`,
    hint: "ask the publisher to push them again; to fail without them, select their types with `referrers: { types: [...] }`",
  };
}

function warn(meter: Meter, error: MirrorError): void {
  addWarning(meter, reportOf(error));
}

function isPullLimitError(error: unknown): boolean {
  return error instanceof MirrorError && error.code === "PULL_LIMIT";
}

/** The plan counted one pull for the artifact. An index would cost more, for its children. */
function unexpectedIndex({ action }: ReferrerCopyContext, digest: Digest): MirrorError {
  return new MirrorError("the source lists it as a single artifact, but it is an index", {
    code: "MANIFEST_INVALID",
    side: "source",
    operation: "copy referrers of",
    reference: `${action.source.replace(/@.*$/, "")}@${digest}`,
    hint: "report this to its publisher, or select other types with `referrers: { types: [...] }`",
  });
}

function stale(reference: string): MirrorError {
  return new MirrorError("the tag changed since the plan", {
    code: "STALE",
    side: "target",
    operation: "copy referrers of",
    reference,
    hint: "another client changed the tag; rerun plan to see its current digest",
  });
}
