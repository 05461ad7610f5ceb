import type { ActualTarget } from "../actual/actual.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import type { Resolution } from "../desired/resolution.ts";
import type { ErrorReport } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference } from "../oci/reference.ts";
import type { HeldAt, ImageContent } from "./action.ts";
import { pullsAtMost } from "./cost.ts";
import { heldDigest } from "./held-digest.ts";
import { isImmutableTag } from "./immutable-tag.ts";
import type { Row } from "./plan.ts";

/** What is known of an image's source. */
export interface SourceFacts {
  /** Undefined when the source did not have to be asked. */
  resolution: Resolution | undefined;
  content: ImageContent | undefined;
  /** Whether the source counts pulls. */
  hasAllowance: boolean;
  /** Where the targets have a digest, under whatever tag. */
  heldAt: (digest: Digest) => readonly HeldAt[];
  /** Whether the mirror file names the digest. */
  isPinned: boolean;
}

/** Decides what is to be done about one declared image at one target. */
export function imageRow(image: DesiredImage, target: ActualTarget, facts: SourceFacts): Row {
  const row = {
    target: target.name,
    repository: image.repository,
    tag: image.tag,
    source: formatReference(image.source),
    order: image.order,
  };
  const held = heldDigest(target, image);
  if (held.kind === "unreadable") return { ...row, kind: "failed", reason: "unresolved", error: held.error };
  const have = held.digest;
  if (have !== undefined && image.refresh === "missing") {
    return { ...row, kind: "unchanged", reason: "already-there", have };
  }
  if (have !== undefined && have === image.source.digest) {
    return { ...row, kind: "unchanged", reason: "same-digest", have };
  }
  const { resolution } = facts;
  if (resolution === undefined) throw new Error(`no resolution of ${row.source}`);
  if (resolution.kind === "failed") {
    const { error } = resolution;
    return have !== undefined && error.code === "PULL_LIMIT"
      ? { ...row, kind: "kept", reason: "not-checked", have, error }
      : { ...row, kind: "failed", reason: "unresolved", error };
  }
  if (have === resolution.digest) return { ...row, kind: "unchanged", reason: "same-digest", have };
  if (have !== undefined && isImmutable(target, image)) {
    return { ...row, kind: "blocked", reason: "tag-immutable", have, want: resolution.digest, error: blocked(image) };
  }
  return { kind: "action", action: copyAction(row, resolution, have, facts) };
}

function blocked(image: DesiredImage): ErrorReport {
  return {
    code: "TAG_IMMUTABLE",
    side: "target",
    operation: "move a tag",
    reference: `${image.repository}:${image.tag}`,
    message: "the tag moved upstream, and the repository does not let it move here",
    hint: "Mirror the image to another tag, or except this tag in tagMutability when the repository is made.",
  };
}

function isImmutable(target: ActualTarget, image: DesiredImage): boolean {
  const repository = target.repositories?.get(image.repository);
  return repository !== undefined && isImmutableTag(repository.tagMutability, image.tag);
}

function copyAction(
  row: { target: string; repository: string; tag: string; source: string; order: number },
  resolution: Extract<Resolution, { kind: "found" }>,
  have: Digest | undefined,
  facts: SourceFacts,
): Extract<Row, { kind: "action" }>["action"] {
  // In its own repository it is tagged, from another one copied: neither asks the source for a manifest.
  const held = facts.heldAt(resolution.digest);
  return {
    id: `copy-image ${row.target} ${row.repository}:${row.tag}`,
    kind: "copy-image",
    reason: have === undefined ? "new-tag" : facts.isPinned ? "pin-changed" : "tag-moved",
    ...row,
    digest: resolution.digest,
    mediaType: resolution.mediaType,
    precondition: have ?? null,
    pullsAtMost: facts.hasAllowance && held.length === 0 ? pullsAtMost(resolution, facts.content?.platforms) : 0,
    content: facts.content,
    heldAt: held.filter(({ target, repository }) => target !== row.target || repository !== row.repository),
  };
}
