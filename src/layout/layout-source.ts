import type { Readable } from "node:stream";

import { MirrorError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { bareMediaType } from "../oci/media-type.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { createBlobCheck } from "./check-blobs.ts";
import { openContent } from "./layout-content.ts";
import { folderOf, workOn, type LayoutFolder } from "./layout-folder.ts";
import { digestsNamed, namesOfTag, tagsOf, type LayoutIndex } from "./layout-index.ts";
import { requireFolder, type LayoutRoot } from "./layout-root.ts";
import { invalid, readIndex, readManifestFile } from "./read-layout.ts";

/** A source that reads layouts instead of a registry. Makes no network requests. */
export interface LayoutSource {
  /** The registry that the layouts replace. */
  readonly name: string;
  /** Lists the distinct tags of a repository. @throws MirrorError REPOSITORY_UNKNOWN if no layout contains the repository */
  listTags(repository: string): Promise<string[]>;
  /** Always undefined. Referrers are found by fallback tags, as in a registry without the referrers API. */
  listReferrers(): Promise<undefined>;
  /** Looks up a tag or digest; undefined if the layouts do not contain it. */
  headManifest(
    repository: string,
    reference: string,
    signal?: AbortSignal,
  ): Promise<{ mediaType: string; digest: Digest; size: number } | undefined>;
  /** @throws MirrorError MANIFEST_UNKNOWN, DIGEST_MISMATCH, LAYOUT_INVALID, … */
  getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<Manifest>;
  openBlob(repository: string, descriptor: Descriptor, offset: number, signal: AbortSignal): Promise<Readable>;
}

/** @param registry the registry that the layouts replace: `docker.io` */
export function layoutSource(root: LayoutRoot, registry: string): LayoutSource {
  /** Each index is read once per run. The layouts must not change during the run. */
  const indexes = new Map<string, Promise<LayoutIndex | undefined>>();
  const checkBlobs = createBlobCheck();
  const indexOf = (folder: LayoutFolder): Promise<LayoutIndex | undefined> => {
    const index = indexes.get(folder.shown) ?? readIndex(folder);
    indexes.set(folder.shown, index);
    return index;
  };

  return {
    name: registry,
    async listTags(repository) {
      const tags = new Set<string>();
      let isThere = false;
      for (const { folder, isOneRepository } of places(repository)) {
        const index = await indexOf(folder);
        if (index === undefined) continue;
        isThere ||= isOneRepository;
        for (const tag of tagsOf(index, { registry, repository }, isOneRepository)) tags.add(tag);
      }
      if (isThere || tags.size > 0) return [...tags];
      await requireFolder(root);
      const work = workOn(folderOf(root, repository), "list tags of");
      throw new MirrorError("no layout contains this repository", { code: "REPOSITORY_UNKNOWN", ...work });
    },
    listReferrers: () => Promise.resolve(undefined),
    async headManifest(repository, reference) {
      const manifest = await find(repository, reference);
      if (manifest === undefined) return undefined;
      const { mediaType, digest, bytes } = manifest;
      return { mediaType: bareMediaType(mediaType), digest, size: bytes.length };
    },
    async getManifest(repository, reference) {
      const manifest = await find(repository, reference);
      if (manifest !== undefined) return manifest;
      throw absent(repository, "read manifest", "MANIFEST_UNKNOWN", reference, "the layout does not contain it");
    },
    async openBlob(repository, descriptor, offset, signal) {
      for (const { folder } of places(repository)) {
        const stream = await openContent(folder, descriptor, offset, signal);
        if (stream !== undefined) return stream;
      }
      throw absent(repository, "read blob", "BLOB_UNKNOWN", descriptor.digest, "the layout does not contain it");
    },
  };

  async function find(repository: string, reference: string): Promise<Manifest | undefined> {
    const digest = parseDigest(reference);
    for (const place of places(repository)) {
      await checkBlobs(place.folder);
      const found = digest === undefined ? await findTag(place, repository, reference) : await byDigest(place, digest);
      if (found !== undefined) return found;
    }
    await requireFolder(root);
    return undefined;
  }

  function byDigest({ folder }: Place, digest: Digest): Promise<Manifest | undefined> {
    return readManifestFile(folder, digest);
  }

  async function findTag(
    { folder, isOneRepository }: Place,
    repository: string,
    tag: string,
  ): Promise<Manifest | undefined> {
    const index = await indexOf(folder);
    if (index === undefined) return undefined;
    const digests = digestsNamed(index, namesOfTag(index, { registry, repository }, tag, isOneRepository));
    const [digest] = digests;
    if (digest === undefined) return undefined;
    const work = workOn(folder, "read layout", tag);
    if (digests.length > 1) throw invalid(work, `index.json lists this tag for ${digests.length} manifests`);
    const manifest = await readManifestFile(folder, digest);
    if (manifest === undefined) throw invalid(work, `index.json lists ${digest}, which is missing`);
    return manifest;
  }

  /**
   * Returns where a repository can be: at its own path; for Docker Hub's official images, also without `library/`; and
   * in a layout of several repositories, which names entries by full references.
   */
  function places(repository: string): Place[] {
    const isOfficial = registry === DOCKER_HUB && repository.startsWith("library/");
    const paths = isOfficial ? [repository, repository.slice("library/".length)] : [repository];
    const own = paths.map((path) => ({ folder: folderOf(root, path), isOneRepository: true }));
    return [...own, { folder: { root, steps: root.steps, shown: root.shown }, isOneRepository: false }];
  }

  function absent(
    repository: string,
    operation: string,
    code: "MANIFEST_UNKNOWN" | "BLOB_UNKNOWN",
    reference: string,
    message: string,
  ): MirrorError {
    const hint =
      "check that the whole folder was copied, or write the layout again on a machine that can reach the registry";
    return new MirrorError(message, { code, ...workOn(folderOf(root, repository), operation, reference), hint });
  }
}

interface Place {
  folder: LayoutFolder;
  /** Whether the layout contains only one repository, so that a tag is sufficient to name an image. */
  isOneRepository: boolean;
}
