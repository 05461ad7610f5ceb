import pLimit from "p-limit";
import { spreadSize, type BlobContent } from "../harness/content.ts";
import type { Pusher } from "../harness/push.ts";
import { seedImage, type Content } from "../harness/seed.ts";
import { KIBIBYTE } from "./case.ts";

type Fill = (push: Pusher, content: Content) => Promise<void>;

/** One image. */
export function oneImage(layers: number, layerBytes: number): Fill {
  return (push, content) => {
    const contents = Array.from({ length: layers }, (_, i) => ({ seed: `large ${i}`, size: layerBytes }));
    return seedImage(push, content, "large", "1", contents);
  };
}

/** Images that the harness pushes at once. */
const PUSHED_AT_ONCE = 8;
const SHARED_LAYERS = 5;
const OWN_LAYERS = 3;

/** 200 images in 20 repositories: 5 layers that all of them share, 3 of each image's own, 32 to 256 KiB. */
export async function manyImages(push: Pusher, content: Content): Promise<void> {
  let index = 0;
  const layer = (seed: string): BlobContent => {
    index += 1;
    return { seed, size: spreadSize(index, 32 * KIBIBYTE, 256 * KIBIBYTE) };
  };
  const shared = Array.from({ length: SHARED_LAYERS }, (_, i) => layer(`shared ${i}`));
  const own = (name: string): BlobContent[] => Array.from({ length: OWN_LAYERS }, (_, i) => layer(`${name} ${i}`));
  await seedAll(push, content, { repositories: 20, tags: 10, layers: (name) => [...shared, ...own(name)] });
}

/** 1,000 tags in 50 repositories, each another image with a layer of 1 KiB. */
export async function manyTags(push: Pusher, content: Content): Promise<void> {
  const layers = (name: string): BlobContent[] => [{ seed: name, size: KIBIBYTE }];
  await seedAll(push, content, { repositories: 50, tags: 20, layers });
}

/** @param plan.layers those of an image by its name */
async function seedAll(
  push: Pusher,
  content: Content,
  plan: { repositories: number; tags: number; layers: (name: string) => BlobContent[] },
): Promise<void> {
  const limit = pLimit(PUSHED_AT_ONCE);
  const images = Array.from({ length: plan.repositories * plan.tags }, (_, i) => {
    // skopeo keeps only the last part of a repository's name: there is no more to these.
    const repository = `app-${Math.floor(i / plan.tags)}`;
    const tag = `1.${i % plan.tags}`;
    return { repository, tag, layers: plan.layers(`${repository}:${tag}`) };
  });
  await Promise.all(
    images.map(({ repository, tag, layers }) => limit(() => seedImage(push, content, repository, tag, layers))),
  );
}
