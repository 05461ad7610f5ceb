import type { Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { verify, vouchFor, type Verification } from "../../registry/http/verified-stream.ts";
import { createBranch, type Branch } from "./blob-branch.ts";

/** How long one target may take nothing while another of the same blob could: then it is left behind. Milliseconds. */
const STALL_MILLISECONDS = 30_000;

/** One target of a blob. */
export interface Recipient {
  /** What it is sent to, for errors: `registry/repository@digest`. */
  reference: string;
  /** Uploads what the stream brings; destroys it when it fails. */
  put(body: Readable): Promise<void>;
  /** Called after each chunk that it was given. */
  onBytes?: (bytes: number) => void;
}

interface RelayOptions {
  stallMilliseconds?: number | undefined;
  /** Called after each chunk, with its bytes. */
  onBytesPassed?: ((bytes: number) => void) | undefined;
}

/**
 * Gives one stream of bytes out to several uploads, as fast as the slowest takes them; verified once for all, before the
 * last chunk is given out. A recipient that fails, or takes nothing for `stallMilliseconds` while others could go on, drops out
 * and hurts no other.
 * @param open begins the stream; its signal is aborted when nobody wants it any more
 * @returns what became of each, in their order; when the stream itself fails that is the error of all
 */
export async function relay(
  blob: Descriptor,
  open: (signal: AbortSignal) => AsyncIterable<Buffer>,
  recipients: readonly Recipient[],
  signal: AbortSignal,
  { stallMilliseconds = STALL_MILLISECONDS, onBytesPassed }: RelayOptions = {},
): Promise<PromiseSettledResult<void>[]> {
  const deserted = new AbortController();
  const branches = recipients.map(createBranch);
  const sent = branches.map(async ({ stream }, i) => {
    vouchFor(stream, blob.digest);
    await recipients[i]?.put(stream);
  });
  let isAllGivenOut = false;
  const results = Promise.allSettled(sent).finally(() => {
    // Mostly nobody reads any more by then, and to make an abort's reason costs as much as a request.
    if (!isAllGivenOut) deserted.abort();
  });
  const ends = AbortSignal.any([signal, deserted.signal]);
  const leaveBehind = (full: readonly number[]): void => {
    full.forEach((i) => branches[i]?.stream.destroy(stalled(recipients[i], stallMilliseconds)));
  };
  const check = verify(blob, mismatchOf(recipients[0]?.reference));
  const onPassed = (bytes: number): void => {
    onBytesPassed?.(bytes);
    for (const [i, { stream }] of branches.entries()) if (!stream.destroyed) recipients[i]?.onBytes?.(bytes);
  };
  const pumping = pump(check, open(ends), branches, { stallMilliseconds, leaveBehind, onBytesPassed: onPassed });
  await Promise.all([results, pumping.then(() => (isAllGivenOut = true))]);
  return results;
}

/** Never rejects: what goes wrong ends the branches, and their uploads say it. */
async function pump(
  check: Verification,
  chunks: AsyncIterable<Buffer>,
  branches: readonly Branch[],
  {
    stallMilliseconds,
    leaveBehind,
    onBytesPassed,
  }: RelayOptions & {
    stallMilliseconds: number;
    leaveBehind: (full: readonly number[]) => void;
  },
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      await giveOut(check.add(chunk));
      onBytesPassed?.(chunk.length);
      if (branches.every(({ stream }) => stream.destroyed)) return;
    }
    await giveOut(check.end());
    branches.forEach(({ stream }) => stream.push(null));
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    branches.forEach(({ stream }) => stream.destroy(reason));
  }

  async function giveOut(chunk: Buffer | undefined): Promise<void> {
    if (chunk === undefined) return;
    const waits = branches.map((branch) => branch.write(chunk)).filter((wait) => wait !== undefined);
    if (waits.length === 0) return;
    if (branches.length === 1) {
      await waits[0];
      return;
    }
    const watch = setInterval(() => {
      const live = branches.flatMap((branch, i) => (branch.stream.destroyed ? [] : [i]));
      const full = live.filter((i) => branches[i]?.isFull() === true);
      if (full.length < live.length) leaveBehind(full);
    }, stallMilliseconds);
    try {
      await Promise.all(waits);
    } finally {
      clearInterval(watch);
    }
  }
}

function mismatchOf(reference: string | undefined): (message: string) => MirrorError {
  return (message) =>
    new MirrorError(`the blob received from the source is not what the manifest names: ${message}`, {
      code: "DIGEST_MISMATCH",
      side: "source",
      operation: "read blob",
      reference,
    });
}

function stalled(recipient: Recipient | undefined, milliseconds: number): MirrorError {
  return new MirrorError(`the upload made no progress for ${milliseconds} ms while others of the same blob did`, {
    code: "TIMEOUT",
    side: "target",
    operation: "upload blob",
    reference: recipient?.reference,
    retryable: true,
  });
}
