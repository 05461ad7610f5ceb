import { knownImageSteps } from "../desired/lock/known-images.ts";
import type { Lock } from "../desired/lock/lock-file.ts";
import { wantedDigest } from "../desired/lock/locked-images.ts";
import type { RuleEntry } from "../desired/entries/desired-entry.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import { droppedByName } from "../desired/tags/select-tags.ts";
import type { Digest } from "../oci/digest.ts";
import { withDefaultTag, type Reference } from "../oci/reference.ts";
import { atOnce, type Steps } from "../steps.ts";
import { isAtTarget } from "./is-at-target.ts";

/** Whether a mirror file covers an image. */
export type Coverage =
  /** An entry or the lock file names it. */
  | { readonly kind: "mirrored" }
  /** A tag rule can select it. Whether it does, the source's other tags decide. */
  | { readonly kind: "by-rule" }
  /** It is an image of one of the file's targets. */
  | { readonly kind: "at-target" }
  /** `missing` is the first part that no entry has. */
  | { readonly kind: "missing"; readonly missing: "repository" | "tag" | "digest" };

/** What a mirror file has of one repository. */
interface Mirrored {
  /** By tag; undefined for a digest that is looked up at the source. */
  readonly tags: Map<string, Digest | undefined>;
  readonly digests: Set<Digest>;
  readonly rules: RuleEntry[];
}

/** Returns a function that tells whether a mirror file covers an image. With a lock file, rules select what it lists. */
export function coverageOf(file: MirrorFile, lock: Lock | undefined): (reference: Reference) => Coverage {
  return atOnce(coverageSteps(file, lock));
}

/** Returns the function of {@link coverageOf}, in steps. */
export function* coverageSteps(file: MirrorFile, lock: Lock | undefined): Steps<(reference: Reference) => Coverage> {
  const repositories = new Map<string, Mirrored>();
  const mirroredAt = ({ registry, repository }: Reference): Mirrored => {
    const name = `${registry}/${repository}`;
    const known = repositories.get(name) ?? { tags: new Map(), digests: new Set(), rules: [] };
    repositories.set(name, known);
    return known;
  };
  for (const image of yield* knownImageSteps(file.entries, lock?.lines)) {
    const { tags, digests } = mirroredAt(image.source);
    const digest = wantedDigest(image);
    if (image.source.tag !== undefined) tags.set(image.source.tag, digest);
    if (digest !== undefined) digests.add(digest);
    yield;
  }
  // With a lock, the images of rules are known.
  const rules = lock === undefined ? file.entries.filter((entry) => entry.kind === "rule") : [];
  for (const rule of rules) mirroredAt(rule.image).rules.push(rule);
  return (reference) => {
    if (isAtTarget(reference, file.targets)) return { kind: "at-target" };
    const mirrored = repositories.get(`${reference.registry}/${reference.repository}`);
    return mirrored === undefined ? { kind: "missing", missing: "repository" } : coverageIn(mirrored, reference);
  };
}

function coverageIn({ tags, digests, rules }: Mirrored, reference: Reference): Coverage {
  const { tag, digest } = withDefaultTag(reference);
  if (digest !== undefined && digests.has(digest)) return { kind: "mirrored" };
  if (tag === undefined) return { kind: "missing", missing: "digest" };
  if (tags.has(tag)) {
    const isOther = digest !== undefined && tags.get(tag) !== undefined;
    return isOther ? { kind: "missing", missing: "digest" } : { kind: "mirrored" };
  }
  const isSelected = rules.some(({ rule }) => droppedByName(rule, tag) === undefined);
  return isSelected ? { kind: "by-rule" } : { kind: "missing", missing: "tag" };
}
