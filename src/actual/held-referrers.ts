import type { FoundReferrers, ReferrerTag, SubjectReferrers } from "../desired/sources/find-referrers.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { fallbackTag } from "../oci/referrer-tags.ts";
import { readReferrers, refusedIn, standsFor, type Referrer } from "../oci/referrers.ts";

/** As much of a target as reading its referrers needs. Reads only. */
export interface ReferrerHolder {
  listReferrers?(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
}

/** What a target's repository has of the referrers that a source has. */
export interface HeldReferrers {
  /** By subject the artifacts that the target has, and finds when asked for that subject. */
  artifacts: ReadonlyMap<Digest, ReadonlySet<Digest>>;
  /** By tag what it holds; absent tags are missing. */
  tags: ReadonlyMap<string, HeldTag>;
  /** By subject what the target refused in an earlier run, as its list says; missing: nothing. */
  refused?: ReadonlyMap<Digest, ReadonlySet<Digest>>;
}

interface HeldTag {
  digest: Digest;
  /** Whether it holds what the source's tag holds: the same digest, or a list that was made from that one. */
  isCurrent: boolean;
}

/** Reads what a target has of `found`. @throws what the target throws */
export async function readHeldReferrers(
  found: FoundReferrers,
  types: readonly string[] | undefined,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<HeldReferrers> {
  const wanted = found.subjects.flatMap(({ tags }) => tags);
  const [artifacts, tags] = await Promise.all([
    Promise.all(
      found.subjects.map(async (each) => [each.subject, await heldOf(each, target, repository, signal)] as const),
    ),
    wanted.length === 0 ? new Map<string, Digest>() : target.readTags(repository, [...namesOf(wanted)], signal),
  ]);
  const held = wanted.map(async (tag): Promise<[string, HeldTag][]> => {
    const digest = tags.get(tag.tag);
    if (digest === undefined) return [];
    return [[tag.tag, { digest, isCurrent: await isCurrent(tag, digest) }]];
  });
  const known: HeldReferrers = { artifacts: new Map(artifacts), tags: new Map((await Promise.all(held)).flat()) };
  return { ...known, refused: await readRefused(found, known, target, repository, signal) };

  async function isCurrent(tag: ReferrerTag, digest: Digest): Promise<boolean> {
    if (digest === tag.digest) return true;
    if (tag.kind === "artifact") return false;
    const { bytes } = await target.readManifest(repository, digest, signal);
    return standsFor(bytes, { source: tag.digest, types });
  }
}

function namesOf(tags: readonly ReferrerTag[]): Set<string> {
  return new Set(tags.map(({ tag }) => tag));
}

/** Looked up only where something is missing, or the target's list is one of ours: what is whole has nothing to tell. */
async function readRefused(
  { subjects }: FoundReferrers,
  held: HeldReferrers,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<Map<Digest, ReadonlySet<Digest>>> {
  const unlike = subjects.filter(
    ({ subject, artifacts, tags }) =>
      artifacts.some(({ digest }) => held.artifacts.get(subject)?.has(digest) !== true) ||
      tags.some(({ tag, digest }) => held.tags.get(tag)?.digest !== digest),
  );
  if (unlike.length === 0) return new Map();
  const wanted = unlike.map(({ subject }) => fallbackTag(subject));
  const lists = await target.readTags(repository, wanted, signal);
  const refused = unlike.map(async ({ subject }): Promise<[Digest, ReadonlySet<Digest>][]> => {
    const list = lists.get(fallbackTag(subject));
    if (list === undefined) return [];
    const digests = refusedIn((await target.readManifest(repository, list, signal)).bytes);
    return digests.length === 0 ? [] : [[subject, new Set(digests)]];
  });
  return new Map((await Promise.all(refused)).flat());
}

/** A target with the API lists what it has; where one is not listed there, it is enough that it is stored. */
async function heldOf(
  { subject, artifacts }: SubjectReferrers,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<Set<Digest>> {
  if (artifacts.length === 0) return new Set();
  const listed = await target.listReferrers?.(repository, subject, signal);
  const held = new Set(
    (listed ?? (await readFallback(subject, target, repository, signal))).map((each) => each.digest),
  );
  if (listed === undefined) return held;
  const unlisted = artifacts.filter(({ digest }) => !held.has(digest));
  const has = await Promise.all(unlisted.map(({ digest }) => target.hasManifest(repository, digest, signal)));
  unlisted.forEach(({ digest }, i) => has[i] === true && held.add(digest));
  return held;
}

/** The list that a target without the API keeps under the fallback tag; what is no list counts as none. */
async function readFallback(
  subject: Digest,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<Referrer[]> {
  return (await readOwnList(subject, target, repository, signal)).referrers;
}

/** What a target's fallback tag says: what is there, and what was refused. */
export async function readOwnList(
  subject: Digest,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<{ referrers: Referrer[]; refused: Digest[] }> {
  const tag = fallbackTag(subject);
  const digest = (await target.readTags(repository, [tag], signal)).get(tag);
  if (digest === undefined) return { referrers: [], refused: [] };
  const { bytes } = await target.readManifest(repository, digest, signal);
  const referrers = readReferrers(bytes);
  return { referrers: typeof referrers === "string" ? [] : referrers, refused: refusedIn(bytes) };
}
