import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { isGenericType, isImageType } from "../../oci/media-type.ts";
import { cosignTags, fallbackTag } from "../../oci/referrer-tags.ts";
import {
  goneIn,
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
  /** Reads the media type of a manifest whose registry names none; undefined if it cannot be read now. */
  typeOf(digest: Digest): Promise<string | undefined>;
  /** Returns true if the repository is known to contain no referrers at all. @param subject the subject to query */
  hasNone(subject: Digest): Promise<boolean>;
  /** Reads a manifest; undefined if it cannot be read now, for example without a pull. */
  read(digest: Digest): Promise<Manifest | undefined>;
  /**
   * Reads a list of referrers, or a substitute for it; undefined if it cannot be read now. A substitute is good as long
   * as what was gone when it was made still is.
   */
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
  /** Referrers that the source lists, but no longer has; missing for none. */
  gone?: Digest[];
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
  const gone: Digest[] = [];
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
    gone.push(...found.flatMap((each) => each.gone));
    const next = named.flatMap(({ artifacts, tags }) => [
      ...artifacts.map(({ digest }) => digest),
      ...tags.flatMap(({ kind, digest }) => (kind === "artifact" ? [digest] : [])),
    ]);
    count += next.length;
    if (count > MAX_REFERRERS) throw problem("TOO_LARGE", tooMany(count), image, source);
    level = [...new Set(next)].filter((digest) => !known.has(digest));
    level.forEach((digest) => known.add(digest));
  }
  return { subjects, unread, leftOut: [...leftOut.values()], ...(gone.length === 0 ? {} : { gone }) };
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
): Promise<SubjectReferrers & Required<Pick<FoundReferrers, "unread" | "leftOut" | "gone">>> {
  const listed = await source.list(subject);
  const cosign = cosignTags(subject).filter(({ artifactType }) => isWantedType(artifactType, types));
  const [named, ...cosignArtifacts] = await Promise.all([
    listed === undefined ? readTag(fallbackTag(subject), "list", subject, source) : undefined,
    ...cosign.map(({ tag }) => readTag(tag, "artifact", subject, source)),
  ]);
  const read = named === undefined ? undefined : await readList(named, subject, source);
  const list = read === NOT_A_LIST ? undefined : named;
  const { referrers: inList, gone } = typeof read === "object" ? read : { referrers: [], gone: [] };
  const referrers = listed ?? inList;
  const wanted = await withTypes(
    referrers.filter(({ artifactType }) => isWantedType(artifactType, types)),
    source,
  );
  const tagged = await withTypes(
    cosignArtifacts.filter((tag) => tag !== undefined),
    source,
  );
  return {
    subject,
    artifacts: wanted.filter((each) => !isLeftOut(each)),
    tags: [...(list === undefined ? [] : [list]), ...tagged.filter((each) => !isLeftOut(each))],
    unread: list !== undefined && read === undefined ? [list.digest] : [],
    leftOut: [...wanted, ...tagged].filter(isLeftOut).map(({ digest, mediaType }) => ({ digest, mediaType })),
    gone,
  };
}

/** Replaces types that identify no manifest, such as `application/json`, where the manifests name their own. */
function withTypes<T extends { digest: Digest; mediaType: string }>(
  all: readonly T[],
  source: ReferrerSource,
): Promise<T[]> {
  return Promise.all(
    all.map(async (each) => {
      const mediaType = isGenericType(each.mediaType) ? await source.typeOf(each.digest) : undefined;
      return mediaType === undefined
        ? each
        : { ...each, mediaType: isGenericType(mediaType) ? NO_MANIFEST : mediaType };
    }),
  );
}

/** Stands for the type of content that is read, and is no manifest. */
const NO_MANIFEST = "unknown";

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

interface ReadList {
  referrers: Referrer[];
  /** Digests that the source's list has, but the source has not, if this is a substitute for it. */
  gone: Digest[];
}

const NOT_A_LIST = "not a list of referrers";

/** @returns undefined if the list cannot be read now */
async function readList(
  list: ReferrerTag,
  subject: Digest,
  source: ReferrerSource,
): Promise<ReadList | typeof NOT_A_LIST | undefined> {
  const manifest = await readUnlessOther(list, source);
  if (manifest === undefined || manifest === NOT_A_LIST) return manifest;
  const referrers = readReferrerList(manifest, subject);
  if (referrers === undefined) return NOT_A_LIST;
  if (typeof referrers !== "string") return { referrers, gone: goneIn(manifest.bytes) };
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
