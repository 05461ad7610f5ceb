import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isImageType } from "../../oci/media-type.ts";
import { cosignTags, fallbackTag } from "../../oci/referrer-tags.ts";
import {
  isLeftOut,
  isWantedType,
  MAX_REFERRER_DEPTH,
  MAX_REFERRERS,
  readReferrerList,
  tooMany,
  type Referrer,
} from "../../oci/referrers.ts";

/** The parts of a source needed to find referrers. None of these requests is a pull. */
export interface ReferrerSource {
  /** Registry and repository, for error messages: `docker.io/library/redis`. */
  name: string;
  /** Lists referrers through the referrers API; undefined if the registry does not support it. */
  list(subject: Digest): Promise<Referrer[] | undefined>;
  /** Resolves a tag with HEAD; undefined if the tag does not exist. */
  tag(tag: string): Promise<{ digest: Digest; mediaType: string; size: number | undefined } | undefined>;
  /** Returns true if the repository is known to contain no referrers at all. @param subject the subject to query */
  hasNone(subject: Digest): Promise<boolean>;
  /** Reads a manifest; undefined if it cannot be read now, for example without a pull. */
  read(digest: Digest): Promise<Manifest | undefined>;
  /** Reads a list of referrers, or a substitute for it; undefined if it cannot be read now. */
  readList(list: ReferrerTag): Promise<Manifest | undefined>;
}

/** A tag at the source that points to the referrers of a manifest. */
export interface ReferrerTag {
  tag: string;
  /** `list`: the fallback tag, which points to a list of referrers. `artifact`: a cosign tag for one artifact. */
  kind: "list" | "artifact";
  digest: Digest;
  mediaType: string;
  /** Length of the manifest in bytes, if the source reported it. */
  size: number | undefined;
}

/** The referrers of one manifest. */
export interface SubjectReferrers {
  subject: Digest;
  artifacts: Referrer[];
  tags: ReferrerTag[];
}

/** All referrers of an image, of its children, and of those referrers. Omits subjects without referrers. */
export interface FoundReferrers {
  subjects: SubjectReferrers[];
  /** Digests of an index or lists that could not be read now, so that referrers may be missing. */
  unread: Digest[];
  /** Referrers with a media type that mirrorform does not copy, each once. */
  leftOut: Pick<Referrer, "digest" | "mediaType">[];
}

/** The manifest to find referrers of. */
export interface ReferredImage {
  digest: Digest;
  /** Whether it is known to be an image manifest, without children. */
  isSingle: boolean;
  /** Whether mirrorform created the index for selected platforms. If so, only referrers of its images are looked up. */
  isSelection: boolean;
  types: readonly string[] | undefined;
}

/**
 * Finds signatures, SBOMs and attestations through the referrers API, or else the fallback tag, and always through
 * cosign's tags. Limits their number and depth, because a source can list anything.
 * @throws MirrorError TOO_LARGE, NESTED_TOO_DEEPLY, DIGEST_MISSING, UNEXPECTED_RESPONSE, and errors of the source
 */
export async function findReferrers(image: ReferredImage, source: ReferrerSource): Promise<FoundReferrers> {
  const { types } = image;
  if (await source.hasNone(image.digest)) return { subjects: [], unread: [], leftOut: [] };
  const index = image.isSingle ? undefined : await source.read(image.digest);
  const subjects: SubjectReferrers[] = [];
  const unread = index === undefined && !image.isSingle ? [image.digest] : [];
  const leftOut = new Map<Digest, Pick<Referrer, "digest" | "mediaType">>();
  let level = [...new Set(startOf(image, index))];
  const known = new Set(level);
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const found = await Promise.all(level.map((subject) => lookUp(subject, types, source)));
    const named = found.filter(({ artifacts, tags }) => artifacts.length + tags.length > 0);
    if (named.length > 0 && depth >= MAX_REFERRER_DEPTH) throw tooDeep(image, source);
    subjects.push(...named.map(({ subject, artifacts, tags }) => ({ subject, artifacts, tags })));
    unread.push(...found.flatMap((each) => each.unread));
    for (const each of found.flatMap(({ leftOut: some }) => some)) leftOut.set(each.digest, each);
    const next = named.flatMap(({ artifacts, tags }) => [
      ...artifacts.map(({ digest }) => digest),
      ...tags.flatMap(({ kind, digest }) => (kind === "artifact" ? [digest] : [])),
    ]);
    count += next.length;
    if (count > MAX_REFERRERS) throw problem("TOO_LARGE", tooMany(count), image, source);
    level = [...new Set(next)].filter((digest) => !known.has(digest));
    level.forEach((digest) => known.add(digest));
  }
  return { subjects, unread, leftOut: [...leftOut.values()] };
}

/** Includes the children, which can have referrers too: `cosign sign --recursive` signs each platform. */
function startOf({ digest, isSelection }: ReferredImage, index: Manifest | undefined): Digest[] {
  const content = index === undefined ? undefined : readManifest(index);
  if (content?.kind !== "index") return [digest];
  const children = content.manifests.map((child) => child.digest);
  return isSelection ? children : [digest, ...children];
}

async function lookUp(
  subject: Digest,
  types: readonly string[] | undefined,
  source: ReferrerSource,
): Promise<SubjectReferrers & Pick<FoundReferrers, "unread" | "leftOut">> {
  const listed = await source.list(subject);
  const cosign = cosignTags(subject).filter(({ artifactType }) => isWantedType(artifactType, types));
  const [named, ...cosignArtifacts] = await Promise.all([
    listed === undefined ? readTag(fallbackTag(subject), "list", subject, source) : undefined,
    ...cosign.map(({ tag }) => readTag(tag, "artifact", subject, source)),
  ]);
  const read = named === undefined ? undefined : await readList(named, subject, source);
  const list = read === NOT_A_LIST ? undefined : named;
  const referrers = listed ?? (Array.isArray(read) ? read : []);
  const wanted = referrers.filter(({ artifactType }) => isWantedType(artifactType, types));
  const tagged = cosignArtifacts.filter((tag) => tag !== undefined);
  return {
    subject,
    artifacts: wanted.filter((each) => !isLeftOut(each)),
    tags: [...(list === undefined ? [] : [list]), ...tagged.filter((each) => !isLeftOut(each))],
    unread: list !== undefined && read === undefined ? [list.digest] : [],
    leftOut: [...wanted, ...tagged].filter(isLeftOut).map(({ digest, mediaType }) => ({ digest, mediaType })),
  };
}

/** Resolves a tag that may store referrers. Some registries answer it with the subject itself. */
async function readTag(
  tag: string,
  kind: ReferrerTag["kind"],
  subject: Digest,
  source: ReferrerSource,
): Promise<ReferrerTag | undefined> {
  const found = await source.tag(tag);
  if (found === undefined || found.digest === subject) return undefined;
  return kind === "list" && isImageType(found.mediaType) ? undefined : { tag, kind, ...found };
}

const NOT_A_LIST = "not a list of referrers";

/** @returns undefined if the list cannot be read now */
async function readList(
  list: ReferrerTag,
  subject: Digest,
  source: ReferrerSource,
): Promise<Referrer[] | typeof NOT_A_LIST | undefined> {
  const manifest = await readUnlessOther(list, source);
  if (manifest === undefined || manifest === NOT_A_LIST) return manifest;
  const referrers = readReferrerList(manifest, subject);
  if (referrers === undefined) return NOT_A_LIST;
  if (typeof referrers !== "string") return referrers;
  throw new MirrorError(referrers, {
    code: "UNEXPECTED_RESPONSE",
    side: "source",
    operation: "list referrers of",
    reference: `${source.name}:${list.tag}`,
  });
}

/** Content of a type that is neither an image nor an index cannot be a list. */
async function readUnlessOther(
  list: ReferrerTag,
  source: ReferrerSource,
): Promise<Manifest | typeof NOT_A_LIST | undefined> {
  try {
    return await source.readList(list);
  } catch (error) {
    if (error instanceof MirrorError && error.code === "MEDIA_TYPE_UNSUPPORTED") return NOT_A_LIST;
    throw error;
  }
}

function tooDeep(image: ReferredImage, source: ReferrerSource): MirrorError {
  const message = `referrers are nested more than ${MAX_REFERRER_DEPTH} levels deep`;
  return problem("NESTED_TOO_DEEPLY", message, image, source);
}

function problem(
  code: "TOO_LARGE" | "NESTED_TOO_DEEPLY",
  message: string,
  { digest }: ReferredImage,
  { name }: ReferrerSource,
): MirrorError {
  return new MirrorError(message, {
    code,
    side: "source",
    operation: "list referrers of",
    reference: `${name}@${digest}`,
    hint: "select artifact types with `referrers: { types: [...] }`, or remove `referrers` from this entry",
  });
}
