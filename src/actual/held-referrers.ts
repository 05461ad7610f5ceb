import type { FoundReferrers, ReferrerTag, SubjectReferrers } from "../desired/sources/find-referrers.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { fallbackTag } from "../oci/referrer-tags.ts";
import { isSameContent } from "./same-content.ts";
import { goneIn, readReferrerList, refusedIn, standsFor, type Referrer } from "../oci/referrers.ts";

/** The part of a target that reading its referrers needs. */
export interface ReferrerHolder {
  listReferrers?(repository: string, subject: Digest, signal: AbortSignal): Promise<Referrer[] | undefined>;
  readTags(repository: string, tags: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Digest>>;
  hasManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;
  readManifest(repository: string, digest: Digest, signal: AbortSignal): Promise<Manifest>;
}

/** The referrers of a source that a target's repository has. */
export interface HeldReferrers {
  /** By subject: the artifacts that the target has. */
  artifacts: ReadonlyMap<Digest, ReadonlySet<Digest>>;
  /** By name: the tags that store referrers and exist. */
  tags: ReadonlyMap<string, HeldTag>;
  /** By subject: the artifacts that the target refused in an earlier run, from its list; missing for none. */
  refused?: ReadonlyMap<Digest, ReadonlySet<Digest>>;
}

interface HeldTag {
  digest: Digest;
  /** Whether it equals the source's tag: it names the same digest, or a list made from that one. */
  isCurrent: boolean;
}

/** Reads which of the found referrers a target has. @throws errors of the target */
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
    if (await isSameContent(target, repository, digest, tag.digest, signal)) return true;
    if (tag.kind === "artifact") return false;
    const { bytes } = await target.readManifest(repository, digest, signal);
    // What was gone when the list was made may be back.
    return standsFor(bytes, { source: tag.digest, types }) && goneIn(bytes).every((each) => found.gone?.includes(each));
  }
}

function namesOf(tags: readonly ReferrerTag[]): Set<string> {
  return new Set(tags.map(({ tag }) => tag));
}

/** Reads refused artifacts only if something is missing or the target has a list that mirrorform wrote. */
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

/** Returns the artifacts that the target has. With the referrers API, one that is not listed counts if it is stored. */
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

/** Reads the list under the fallback tag of a target without the referrers API. Anything else counts as an empty list. */
async function readFallback(
  subject: Digest,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<Referrer[]> {
  return (await readOwnList(subject, target, repository, signal)).referrers;
}

/** Reads what a target's fallback tag lists, and what the target refused. */
export async function readOwnList(
  subject: Digest,
  target: ReferrerHolder,
  repository: string,
  signal: AbortSignal,
): Promise<{ referrers: Referrer[]; refused: Digest[] }> {
  const tag = fallbackTag(subject);
  const digest = (await target.readTags(repository, [tag], signal)).get(tag);
  if (digest === undefined) return { referrers: [], refused: [] };
  const manifest = await target.readManifest(repository, digest, signal);
  const referrers = readReferrerList(manifest, subject);
  return { referrers: Array.isArray(referrers) ? referrers : [], refused: refusedIn(manifest.bytes) };
}
