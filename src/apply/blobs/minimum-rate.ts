import { pipeline, Transform, type Readable } from "node:stream";

import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/**
 * The same bytes, but a stream that brings too little of a blob is broken off, so that the rest is read elsewhere. What
 * its reader did not take yet is no fault of it.
 * @param milliseconds each such span has to bring
 * @param leastBytes so many bytes
 * @param onTooSlow called before it is broken off, with TIMEOUT
 */
export function withMinimumRate(
  stream: Readable,
  blob: Descriptor,
  milliseconds: number,
  leastBytes: number,
  onTooSlow: () => void,
): Readable {
  let brought = 0;
  const out = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      brought += chunk.length;
      done(null, chunk);
    },
  });
  const watch = setInterval(() => {
    const isReaderBehind = out.readableLength > 0;
    if (brought >= leastBytes || isReaderBehind) {
      brought = 0;
      return;
    }
    onTooSlow();
    out.destroy(tooSlow(blob, brought, milliseconds));
  }, milliseconds);
  out.once("close", () => clearInterval(watch));
  // Whoever reads hears of what breaks it off.
  pipeline(stream, out, () => {});
  return out;
}

function tooSlow(blob: Descriptor, bytes: number, milliseconds: number): MirrorError {
  return new MirrorError(`the alternate brought ${bytes} bytes of the blob in ${milliseconds} ms`, {
    code: "TIMEOUT",
    side: "source",
    operation: "read blob",
    reference: blob.digest,
    retryable: true,
  });
}
