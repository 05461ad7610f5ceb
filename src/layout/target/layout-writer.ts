import { link } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { matchesDigest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { wrongBlob } from "../../registry/errors/wrong-blob.ts";
import { abortError } from "../../registry/http/abort-error.ts";
import { isVouchedFor, sized, verified } from "../../registry/http/verified-stream.ts";
import { createIndexWriter, type SetTag } from "./index-writer.ts";
import { makeFolders, syncFolder } from "../files/durable.ts";
import { fileError } from "../files/file-error.ts";
import { missingFrom } from "../layout-content.ts";
import { blobSteps, pathIn, workOn, type LayoutFolder } from "../layout-folder.ts";
import type { KnownIndexes } from "../known-indexes.ts";
import type { LayoutRoot } from "../layout-root.ts";
import { createStaging } from "./staging.ts";
import { systemCodeOf } from "../../file-failure.ts";

/**
 * Writes layouts so that they are valid at all times, even if a process is killed. A file gets its name after it is
 * complete, verified and synced to the disk. A folder becomes a layout, by its `oci-layout`, with the first tag.
 */
export interface LayoutWriter {
  /** Writes and verifies a blob. @throws MirrorError DIGEST_MISMATCH, side "source", if the bytes do not match; LAYOUT_FILE */
  putBlob(folder: LayoutFolder, blob: Descriptor, body: Readable, signal: AbortSignal): Promise<void>;
  /** Hard-links a blob from another layout below the same root. @throws MirrorError LAYOUT_FILE if that is not possible */
  linkBlob(folder: LayoutFolder, blob: Descriptor, from: LayoutFolder): Promise<void>;
  /** Stores a manifest's bytes. */
  putManifest(folder: LayoutFolder, manifest: Manifest): Promise<void>;
  setTag: SetTag;
}

export function createLayoutWriter(root: LayoutRoot, known: KnownIndexes): LayoutWriter {
  const staging = createStaging(root);

  /** Returns the path of a digest's file, and creates its folder. */
  async function place(folder: LayoutFolder, { digest }: Pick<Descriptor, "digest">, operation: string) {
    const [blobs, algorithm, hex] = blobSteps(digest);
    const work = workOn(folder, operation, digest);
    await makeFolders(await root.base(), [...folder.steps, blobs, algorithm], work);
    return { path: await pathIn(folder, blobs, algorithm, hex), work };
  }

  return {
    setTag: createIndexWriter(root, staging, known),

    async putBlob(folder, blob, body, signal) {
      // An error before the first read is reported by that read.
      body.on("error", () => {});
      try {
        const { path, work } = await place(folder, blob, "write blob");
        const check = (isVouchedFor(body, blob.digest) ? sized : verified)(blob, (difference) =>
          wrongBlob(difference, work.reference),
        );
        const fill = (file: { writeFile(chunks: AsyncIterable<Buffer>): Promise<void> }) =>
          pipeline(body, check, (chunks: AsyncIterable<Buffer>) => file.writeFile(chunks), { signal });
        await staging.write(path, work, fill).catch((error: unknown) => {
          throw signal.aborted && !(error instanceof MirrorError) ? abortError(signal, work) : error;
        });
      } finally {
        body.destroy();
      }
    },

    async linkBlob(folder, blob, from) {
      const { path, work } = await place(folder, blob, "link blob");
      const missing = await missingFrom(from, [blob]);
      try {
        if (missing.length > 0) throw Object.assign(new Error("missing"), { code: "ENOENT" });
        await link(await pathIn(from, ...blobSteps(blob.digest)), path);
        await syncFolder(await pathIn(folder, ...blobSteps(blob.digest).slice(0, 2)));
      } catch (error) {
        if (systemCodeOf(error) !== "EEXIST" || (await missingFrom(folder, [blob])).length > 0)
          throw fileError(error, work);
      }
    },

    async putManifest(folder, manifest) {
      const { path, work } = await place(folder, manifest, "write manifest");
      if (!matchesDigest(manifest.bytes, manifest.digest))
        throw new Error(`the manifest does not match ${manifest.digest}`);
      await staging.write(path, work, (file) => file.writeFile(manifest.bytes));
    },
  };
}
