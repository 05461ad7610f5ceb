import type { HeldImage } from "../../repository/repository-admin.ts";
import type { Digest } from "../../oci/digest.ts";
import { isIndexType } from "../../oci/media-type.ts";
import { subjectOfTag } from "../../oci/referrer-tags.ts";

/** The images of a repository while tags are deleted there: as they were listed, less what was deleted since. */
export interface RepositoryImages {
  /** Whether a tag is the only one of its image, which is deleted with it. */
  isLast(digest: Digest, tag: string): boolean;
  isIndex(digest: Digest): boolean;
  /** The tags whose name refers to this image, and which are not kept: cosign's, and the fallback tag of the referrers API. */
  tagsAbout(digest: Digest): { tag: string; digest: Digest }[];
  /** Untagged referrers of an image. */
  untaggedReferrers(digest: Digest): Digest[];
  /** Whether an image is untagged, and is the subject of no image with a tag of its own. */
  isOrphan(digest: Digest): boolean;
  /** Records that a tag was deleted, and its image with the last tag. */
  untag(digest: Digest, tag: string): void;
  remove(digest: Digest): void;
}

/** @param kept declared tags, which are kept even when the image that they refer to is deleted */
export function createRepositoryImages(listed: readonly HeldImage[], kept: ReadonlySet<string>): RepositoryImages {
  const images = new Map(listed.map((image) => [image.digest, { ...image, tags: new Set(image.tags) }]));
  const about = new Map<string, { tag: string; digest: Digest }[]>();
  const referrers = new Map<string, Digest[]>();
  for (const { digest, tags, subject } of listed) {
    if (subject !== undefined) referrers.set(subject, [...(referrers.get(subject) ?? []), digest]);
    for (const tag of tags) {
      const image = subjectOfTag(tag);
      if (image === undefined || kept.has(tag)) continue;
      about.set(image, [...(about.get(image) ?? []), { tag, digest }]);
    }
  }
  const isUntagged = (digest: Digest): boolean => images.get(digest)?.tags.size === 0;
  return {
    isLast(digest, tag) {
      const tags = images.get(digest)?.tags;
      return tags !== undefined && [...tags].every((other) => other === tag);
    },
    isIndex: (digest) => isIndexType(images.get(digest)?.mediaType ?? ""),
    tagsAbout: (digest) =>
      (about.get(digest) ?? []).filter((each) => images.get(each.digest)?.tags.has(each.tag) === true),
    untaggedReferrers: (digest) => (referrers.get(digest) ?? []).filter(isUntagged),
    isOrphan(digest) {
      const referrerTags = (referrers.get(digest) ?? []).flatMap((each) => [...(images.get(each)?.tags ?? [])]);
      return isUntagged(digest) && referrerTags.every((tag) => subjectOfTag(tag) === digest);
    },
    untag(digest, tag) {
      const image = images.get(digest);
      image?.tags.delete(tag);
      if (image?.tags.size === 0) images.delete(digest);
    },
    remove: (digest) => void images.delete(digest),
  };
}
