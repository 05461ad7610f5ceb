import type { RepositoryTags } from "../tools/tool.ts";
import { OCI_MANIFEST, type Descriptor, type Pusher } from "./push.ts";
import type { BlobContent } from "./content.ts";

/** The content of a source, and the expected content of a target. */
export interface Content {
  repositories: RepositoryTags[];
  /** Digests by `repository:tag`. */
  digests: Map<string, string>;
  /** Unique blobs by digest. */
  blobs: Map<string, Descriptor>;
}

export function emptyContent(): Content {
  return { repositories: [], digests: new Map(), blobs: new Map() };
}

/** Returns the total size of the unique blobs, the minimum to read from the source. */
export function uniqueBytes(content: Content): number {
  return [...content.blobs.values()].reduce((sum, { size }) => sum + size, 0);
}

/** Pushes a single-platform image with these layers. */
export async function pushImage(
  push: Pusher,
  repository: string,
  layers: readonly BlobContent[],
  tag?: string,
): Promise<{ manifest: Descriptor; blobs: Descriptor[] }> {
  const pushed: Descriptor[] = [];
  for (const layer of layers) pushed.push(await push.layer(repository, layer));
  const config = await push.config(repository, {
    architecture: "amd64",
    os: "linux",
    config: { Labels: { layers: layers.map(({ seed }) => seed).join(" ") } },
    rootfs: { type: "layers", diff_ids: pushed.map(({ digest }) => digest) },
  });
  const manifest = await push.manifest(repository, OCI_MANIFEST, { config, layers: pushed }, tag);
  return { manifest, blobs: [config, ...pushed] };
}

/** Pushes an image with a tag and records it in the content. */
export async function seedImage(
  push: Pusher,
  content: Content,
  repository: string,
  tag: string,
  layers: readonly BlobContent[],
): Promise<void> {
  const { manifest, blobs } = await pushImage(push, repository, layers, tag);
  record(content, repository, tag, manifest.digest, blobs);
}

/** Records a tag in the content. */
export function record(
  content: Content,
  repository: string,
  tag: string,
  digest: string,
  blobs: readonly Descriptor[],
): void {
  for (const blob of blobs) content.blobs.set(blob.digest, blob);
  content.digests.set(`${repository}:${tag}`, digest);
  const known = content.repositories.find((each) => each.repository === repository);
  if (known === undefined) content.repositories.push({ repository, tags: [tag] });
  else if (!known.tags.includes(tag)) known.tags = [...known.tags, tag];
}

/** Compares a registry's tags with the content. @returns the first difference, or undefined */
export async function difference(content: Content, host: string): Promise<string | undefined> {
  for (const [name, digest] of content.digests) {
    const [repository, tag] = name.split(":");
    const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
      method: "HEAD",
      headers: { accept: "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json" },
    });
    const actual = answer.status === 200 ? answer.headers.get("docker-content-digest") : `status ${answer.status}`;
    if (actual !== digest) return `${name} is ${actual}, not ${digest}`;
  }
  return undefined;
}
