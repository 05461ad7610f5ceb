import pLimit from "p-limit";
import { spreadSize, type BlobContent } from "../harness/content.ts";
import type { Pusher } from "../harness/push.ts";
import { seedImage, type Content } from "../harness/seed.ts";
import { KIBIBYTE } from "./case.ts";

type Fill = (push: Pusher, content: Content) => Promise<void>;

/** Creates one image. */
export function oneImage(layers: number, layerBytes: number): Fill {
  return (push, content) => {
    const contents = Array.from({ length: layers }, (_, i) => ({ seed: `large ${i}`, size: layerBytes }));
    return seedImage(push, content, "large", "1", contents);
  };
}

/** Images that the harness pushes concurrently. */
const CONCURRENT_PUSHES = 8;
const SHARED_LAYERS = 5;
const OWN_LAYERS = 3;

/** Pushes 200 images in 20 repositories, each with 5 shared layers and 3 unique ones of 32 to 256 KiB. */
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

/** Pushes 1,000 tags in 50 repositories. Each is a different image with a layer of 1 KiB. */
export async function manyTags(push: Pusher, content: Content): Promise<void> {
  const layers = (name: string): BlobContent[] => [{ seed: name, size: KIBIBYTE }];
  await seedAll(push, content, { repositories: 50, tags: 20, layers });
}

/** @param plan.layers returns the layers of an image by its name */
async function seedAll(
  push: Pusher,
  content: Content,
  plan: { repositories: number; tags: number; layers: (name: string) => BlobContent[] },
): Promise<void> {
  const limit = pLimit(CONCURRENT_PUSHES);
  const images = Array.from({ length: plan.repositories * plan.tags }, (_, i) => {
    // skopeo keeps only the last part of a repository's name, so these names have one part.
    const repository = `app-${Math.floor(i / plan.tags)}`;
    const tag = `1.${i % plan.tags}`;
    return { repository, tag, layers: plan.layers(`${repository}:${tag}`) };
  });
  await Promise.all(
    images.map(({ repository, tag, layers }) => limit(() => seedImage(push, content, repository, tag, layers))),
  );
}
