import type { HeldImage } from "../../repository/repository-admin.ts";
import type { Digest } from "../../oci/digest.ts";
import { isIndexType } from "../../oci/media-type.ts";
import { subjectOfTag } from "../../oci/referrer-tags.ts";

/** What a repository holds while tags are deleted there: as it was listed, less what was deleted since. */
export interface HeldImages {
  /** Whether a tag is the only one of its image, with which the image goes. */
  isLast(digest: Digest, tag: string): boolean;
  isIndex(digest: Digest): boolean;
  /** The tags that say that they are of this image, and are not kept: cosign's, and the fallback tag of the referrers API. */
  tagsAbout(digest: Digest): { tag: string; digest: Digest }[];
  /** Untagged referrers of an image. */
  looseReferrers(digest: Digest): Digest[];
  /** Whether an image has no tag, and no image with a tag of its own has it as its subject. */
  isLoose(digest: Digest): boolean;
  /** Forgets a tag that was deleted, and the image where that was its last one. */
  untag(digest: Digest, tag: string): void;
  remove(digest: Digest): void;
}

/** @param kept tags that are declared: not even with the image that they are about do they go */
export function createHeldImages(images: readonly HeldImage[], kept: ReadonlySet<string>): HeldImages {
  const held = new Map(images.map((image) => [image.digest, { ...image, tags: new Set(image.tags) }]));
  const about = new Map<string, { tag: string; digest: Digest }[]>();
  const referrers = new Map<string, Digest[]>();
  for (const { digest, tags, subject } of images) {
    if (subject !== undefined) referrers.set(subject, [...(referrers.get(subject) ?? []), digest]);
    for (const tag of tags) {
      const of = subjectOfTag(tag);
      if (of !== undefined && !kept.has(tag)) about.set(of, [...(about.get(of) ?? []), { tag, digest }]);
    }
  }
  const isUntagged = (digest: Digest): boolean => held.get(digest)?.tags.size === 0;
  return {
    isLast(digest, tag) {
      const tags = held.get(digest)?.tags;
      return tags !== undefined && [...tags].every((other) => other === tag);
    },
    isIndex: (digest) => isIndexType(held.get(digest)?.mediaType ?? ""),
    tagsAbout: (digest) =>
      (about.get(digest) ?? []).filter((each) => held.get(each.digest)?.tags.has(each.tag) === true),
    looseReferrers: (digest) => (referrers.get(digest) ?? []).filter(isUntagged),
    isLoose(digest) {
      const others = (referrers.get(digest) ?? []).flatMap((each) => [...(held.get(each)?.tags ?? [])]);
      return isUntagged(digest) && others.every((tag) => subjectOfTag(tag) === digest);
    },
    untag(digest, tag) {
      const image = held.get(digest);
      image?.tags.delete(tag);
      if (image?.tags.size === 0) held.delete(digest);
    },
    remove: (digest) => void held.delete(digest),
  };
}
