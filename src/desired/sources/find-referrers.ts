import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import { readManifest, type Manifest } from "../../oci/manifest.ts";
import { cosignTags, fallbackTag } from "../../oci/referrer-tags.ts";
import {
  isWantedType,
  MAX_REFERRER_DEPTH,
  MAX_REFERRERS,
  readReferrers,
  tooMany,
  type Referrer,
} from "../../oci/referrers.ts";

/** As much of a source as finding referrers needs. None of it is a pull. */
export interface ReferrerSource {
  /** As errors name it, with the repository: `docker.io/library/redis`. */
  name: string;
  /** The referrers API; undefined where there is none. */
  list(subject: Digest): Promise<Referrer[] | undefined>;
  /** What a tag names, by HEAD; undefined when there is no such tag. */
  tag(tag: string): Promise<{ digest: Digest; mediaType: string; size: number | undefined } | undefined>;
  /** Whether it is known that nothing in the repository refers to anything. @param subject of which that is found out */
  hasNone(subject: Digest): Promise<boolean>;
  /** A manifest; undefined where it cannot be had as things are, without a pull say. */
  read(digest: Digest): Promise<Manifest | undefined>;
  /** What a list names, or a list that stands for it; undefined as above. */
  readList(list: ReferrerTag): Promise<Manifest | undefined>;
}

/** A tag at the source that says what refers to a manifest. */
export interface ReferrerTag {
  tag: string;
  /** `list`: the fallback tag, it names a list of referrers. `artifact`: one of cosign's, it names the artifact. */
  kind: "list" | "artifact";
  digest: Digest;
  mediaType: string;
  /** Length of what it names in bytes, where the source said so. */
  size: number | undefined;
}

/** What refers to one manifest. */
export interface SubjectReferrers {
  subject: Digest;
  artifacts: Referrer[];
  tags: ReferrerTag[];
}

/** What refers to an image, to its children, and to all of these again. Subjects that nothing refers to are left out. */
export interface FoundReferrers {
  subjects: SubjectReferrers[];
  /** What could not be read as things are, without a pull say, so that there may be more: the image's index, or a list. */
  unread: Digest[];
}

/** The manifest whose referrers are wanted. */
export interface ReferredImage {
  digest: Digest;
  /** Whether it is known to be the manifest of one image, without children. */
  isSingle: boolean;
  /** Whether its index is one of ours: only what refers to the images in it is looked for. */
  isSelection: boolean;
  types: readonly string[] | undefined;
}

/**
 * Finds signatures, SBOMs and attestations: by the referrers API, where there is none by the fallback tag, and by
 * cosign's tags everywhere. What is listed is a claim: it is counted, and followed only so deep.
 * @throws MirrorError TOO_LARGE, NESTED_TOO_DEEPLY, DIGEST_MISSING, UNEXPECTED_RESPONSE, and what the source throws
 */
export async function findReferrers(image: ReferredImage, source: ReferrerSource): Promise<FoundReferrers> {
  const { types } = image;
  if (await source.hasNone(image.digest)) return { subjects: [], unread: [] };
  const index = image.isSingle ? undefined : await source.read(image.digest);
  const subjects: SubjectReferrers[] = [];
  const unread = index === undefined && !image.isSingle ? [image.digest] : [];
  let level = [...new Set(startOf(image, index))];
  const known = new Set(level);
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const found = await Promise.all(level.map((subject) => lookUp(subject, types, source)));
    const named = found.filter(({ artifacts, tags }) => artifacts.length + tags.length > 0);
    if (named.length > 0 && depth >= MAX_REFERRER_DEPTH) throw tooDeep(image, source);
    subjects.push(...named.map(({ subject, artifacts, tags }) => ({ subject, artifacts, tags })));
    unread.push(...found.flatMap((each) => each.unread));
    const next = named.flatMap(({ artifacts, tags }) => [
      ...artifacts.map(({ digest }) => digest),
      ...tags.flatMap(({ kind, digest }) => (kind === "artifact" ? [digest] : [])),
    ]);
    count += next.length;
    if (count > MAX_REFERRERS) throw problem("TOO_LARGE", tooMany(count), image, source);
    level = [...new Set(next)].filter((digest) => !known.has(digest));
    level.forEach((digest) => known.add(digest));
  }
  return { subjects, unread };
}

/** Children have referrers of their own: `cosign sign --recursive` signs each platform. */
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
): Promise<SubjectReferrers & { unread: Digest[] }> {
  const listed = await source.list(subject);
  const cosign = cosignTags(subject).filter(({ artifactType }) => isWantedType(artifactType, types));
  const [list, ...artifacts] = await Promise.all([
    listed === undefined ? readTag(fallbackTag(subject), "list", source) : undefined,
    ...cosign.map(({ tag }) => readTag(tag, "artifact", source)),
  ]);
  const tags = [list, ...artifacts].filter((tag) => tag !== undefined);
  const named = listed ?? (list === undefined ? [] : await readList(list, source));
  const wanted = (named ?? []).filter(({ artifactType }) => isWantedType(artifactType, types));
  return { subject, artifacts: wanted, tags, unread: named === undefined && list !== undefined ? [list.digest] : [] };
}

async function readTag(
  tag: string,
  kind: ReferrerTag["kind"],
  source: ReferrerSource,
): Promise<ReferrerTag | undefined> {
  const held = await source.tag(tag);
  return held === undefined ? undefined : { tag, kind, ...held };
}

async function readList(list: ReferrerTag, source: ReferrerSource): Promise<Referrer[] | undefined> {
  const manifest = await source.readList(list);
  if (manifest === undefined) return undefined;
  const referrers = readReferrers(manifest.bytes);
  if (typeof referrers !== "string") return referrers;
  throw new MirrorError(referrers, {
    code: "UNEXPECTED_RESPONSE",
    side: "source",
    operation: "list referrers of",
    reference: `${source.name}:${list.tag}`,
  });
}

function tooDeep(image: ReferredImage, source: ReferrerSource): MirrorError {
  const message = `referrers of referrers are nested more than ${MAX_REFERRER_DEPTH} deep`;
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
    hint: "Choose some artifact types with `referrers: { types: [...] }`, or leave `referrers` out for this image.",
  });
}
