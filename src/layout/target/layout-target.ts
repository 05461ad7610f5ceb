import type { Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { Mounted } from "../../registry/registry.ts";
import { readTargetFolder } from "./target-folder.ts";
import { createBlobCheck } from "../check-blobs.ts";
import { isComplete, missingFrom, openContent } from "../layout-content.ts";
import { createKnownIndexes } from "../known-indexes.ts";
import { folderOf, workOn } from "../layout-folder.ts";
import { digestsNamed } from "../layout-index.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { createLayoutWriter } from "./layout-writer.ts";
import { invalid, readManifestFile } from "../read-layout.ts";

/** A target that is a folder of layouts. Implements `ImageTarget` of apply. */
export type LayoutTarget = ReturnType<typeof layoutTarget>;

/** Creates a target. Writes nothing before the first blob or manifest. */
export function layoutTarget(root: LayoutRoot) {
  const known = createKnownIndexes();
  const writer = createLayoutWriter(root, known);
  const checkBlobs = createBlobCheck();
  return {
    /** In skopeo's syntax: `oci:./mirror/ruby:2.7.1-slim`. */
    uri: (repository: string, tag: string) => `oci:${root.shown}/${repository}:${tag}`,

    /** Treats a tag with an incomplete image as missing, so that the next copy repairs it. */
    async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
      const folder = folderOf(root, repository);
      const existing = new Map<string, Digest>();
      const found = await readTargetFolder(folder, known);
      await checkBlobs(folder);
      if (found.kind !== "layout") return existing;
      const { index } = found;
      for (const tag of tags) {
        const digests = digestsNamed(index, [tag]);
        const [digest] = digests;
        if (digests.length > 1) {
          const message = `index.json lists this tag for ${digests.length} manifests`;
          throw invalid(workOn(folder, "read layout", tag), message);
        }
        if (digest !== undefined && (await isComplete(folder, digest))) existing.set(tag, digest);
      }
      return existing;
    },

    hasManifest: (repository: string, digest: Digest) => isComplete(folderOf(root, repository), digest),

    async readManifest(repository: string, digest: Digest): Promise<Manifest> {
      const folder = folderOf(root, repository);
      const manifest = await readManifestFile(folder, digest);
      if (manifest !== undefined) return manifest;
      const work = workOn(folder, "read manifest", digest);
      throw new MirrorError("the layout does not contain it", { code: "MANIFEST_UNKNOWN", ...work });
    },

    missingBlobs: (repository: string, blobs: readonly Descriptor[]) => missingFrom(folderOf(root, repository), blobs),

    async openBlob(repository: string, blob: Descriptor, offset: number, signal: AbortSignal): Promise<Readable> {
      const folder = folderOf(root, repository);
      const stream = await openContent(folder, blob, offset, signal);
      if (stream !== undefined) return stream;
      const work = workOn(folder, "read blob", blob.digest);
      throw new MirrorError("the layout does not contain it", { code: "BLOB_UNKNOWN", ...work });
    },

    putBlob: (repository: string, blob: Descriptor, body: Readable, signal: AbortSignal) =>
      writer.putBlob(folderOf(root, repository), blob, body, signal),

    /** Creates a hard link. If the file system does not support that, the error makes the caller write the blob again. */
    async mountBlob(repository: string, blob: Descriptor, from: string): Promise<Mounted> {
      await writer.linkBlob(folderOf(root, repository), blob, folderOf(root, from));
      return { isThere: true };
    },

    async putManifest(
      repository: string,
      tag: string | undefined,
      manifest: Manifest,
      signal: AbortSignal,
    ): Promise<void> {
      const folder = folderOf(root, repository);
      await writer.putManifest(folder, manifest);
      // Child manifests need no entry: their index refers to them.
      if (tag === undefined) return;
      const { mediaType, digest } = manifest;
      const entry: Descriptor = { mediaType, digest, size: manifest.bytes.byteLength };
      await writer.setTag(folder, tag, entry, signal);
    },
  };
}
