import type { Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { wrongBlob } from "../../registry/errors/wrong-blob.ts";
import { verify, vouchFor, type Difference, type Verification } from "../../registry/http/verified-stream.ts";
import { createUploadBody, type UploadBody } from "./upload-body.ts";

/** How long one upload may accept nothing while another of the same blob could continue. Milliseconds. */
const STALL_MILLISECONDS = 30_000;

/** One upload of a blob. */
export interface BlobUpload {
  /** The destination, for errors: `registry/repository@digest`. */
  reference: string;
  /** Uploads the bytes of the stream. Destroys the stream when it fails. */
  put(body: Readable): Promise<void>;
  /** Called after each chunk given to this upload. */
  onBytes?: (bytes: number) => void;
}

interface FanOutOptions {
  /** Called once if the bytes do not match the blob, before the uploads fail. */
  onMismatch?: ((difference: Difference) => void) | undefined;
  stallMilliseconds?: number | undefined;
  /** Called after each chunk, with its bytes. */
  onBytesPassed?: ((bytes: number) => void) | undefined;
}

/**
 * Feeds several uploads from one download, at the rate of the slowest. The bytes are verified once for all uploads, before
 * the last chunk is passed on. An upload that fails, or accepts nothing for `stallMilliseconds` while others could
 * continue, is dropped; the others are not affected.
 * @param open starts the download; its signal is aborted when every upload has failed
 * @returns the results of the uploads, in their order; a failed download is the error of each
 */
export async function fanOut(
  blob: Descriptor,
  open: (signal: AbortSignal) => AsyncIterable<Buffer>,
  uploads: readonly BlobUpload[],
  signal: AbortSignal,
  { stallMilliseconds = STALL_MILLISECONDS, onBytesPassed, onMismatch }: FanOutOptions = {},
): Promise<PromiseSettledResult<void>[]> {
  const abandoned = new AbortController();
  const bodies = uploads.map(createUploadBody);
  const sent = bodies.map(async ({ stream }, i) => {
    vouchFor(stream, blob.digest);
    await uploads[i]?.put(stream);
  });
  let isPumped = false;
  const results = Promise.allSettled(sent).finally(() => {
    // Usually the download has ended by now, and creating the reason of an abort costs as much as a request.
    if (!isPumped) abandoned.abort();
  });
  const ends = AbortSignal.any([signal, abandoned.signal]);
  const dropStalled = (full: readonly number[]): void => {
    full.forEach((i) => bodies[i]?.stream.destroy(stalled(uploads[i], stallMilliseconds)));
  };
  const check = verify(blob, (difference) => {
    onMismatch?.(difference);
    return wrongBlob(difference, uploads[0]?.reference);
  });
  const onPassed = (bytes: number): void => {
    onBytesPassed?.(bytes);
    for (const [i, { stream }] of bodies.entries()) if (!stream.destroyed) uploads[i]?.onBytes?.(bytes);
  };
  const pumping = pump(check, open(ends), bodies, { stallMilliseconds, dropStalled, onBytesPassed: onPassed });
  await Promise.all([results, pumping.then(() => (isPumped = true))]);
  return results;
}

/** Writes the chunks to all bodies. Never rejects: a failure destroys the bodies, and so becomes the error of their uploads. */
async function pump(
  check: Verification,
  chunks: AsyncIterable<Buffer>,
  bodies: readonly UploadBody[],
  {
    stallMilliseconds,
    dropStalled,
    onBytesPassed,
  }: FanOutOptions & {
    stallMilliseconds: number;
    dropStalled: (full: readonly number[]) => void;
  },
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      await writeToAll(check.add(chunk));
      onBytesPassed?.(chunk.length);
      if (bodies.every(({ stream }) => stream.destroyed)) return;
    }
    await writeToAll(check.end());
    bodies.forEach(({ stream }) => stream.push(null));
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    bodies.forEach(({ stream }) => stream.destroy(reason));
  }

  async function writeToAll(chunk: Buffer | undefined): Promise<void> {
    if (chunk === undefined) return;
    const waits = bodies.map((body) => body.write(chunk)).filter((wait) => wait !== undefined);
    if (waits.length === 0) return;
    if (bodies.length === 1) {
      await waits[0];
      return;
    }
    const watch = setInterval(() => {
      const live = bodies.flatMap((body, i) => (body.stream.destroyed ? [] : [i]));
      const full = live.filter((i) => bodies[i]?.isFull() === true);
      if (full.length < live.length) dropStalled(full);
    }, stallMilliseconds);
    try {
      await Promise.all(waits);
    } finally {
      clearInterval(watch);
    }
  }
}

function stalled(upload: BlobUpload | undefined, milliseconds: number): MirrorError {
  return new MirrorError(`no progress for ${milliseconds} ms while other uploads of the same blob continued`, {
    code: "TIMEOUT",
    side: "target",
    operation: "upload blob",
    reference: upload?.reference,
    retryable: true,
  });
}
