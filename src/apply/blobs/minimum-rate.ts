import { pipeline, Transform, type Readable } from "node:stream";

import type { Clock } from "../../clock.ts";
import { MirrorError } from "../../errors.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/**
 * Passes a stream's bytes through, and destroys it when it delivers fewer than `minimumBytes` in an interval, so that the
 * rest is read elsewhere. An interval does not count while its reader has not taken the bytes that have arrived.
 * @param milliseconds length of an interval
 * @param onTooSlow called before the stream is destroyed with TIMEOUT
 */
export function withMinimumRate(
  stream: Readable,
  blob: Descriptor,
  milliseconds: number,
  minimumBytes: number,
  clock: Clock,
  onTooSlow: () => void,
): Readable {
  let received = 0;
  const out = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(null, chunk);
    },
  });
  const closed = new AbortController();
  out.once("close", () => closed.abort());
  // The reader of `out` gets the error of either stream.
  pipeline(stream, out, () => {});
  // An abort of the sleep means that the stream has ended.
  watch().catch(() => {});
  return out;

  async function watch(): Promise<void> {
    for (;;) {
      await clock.sleep(milliseconds, closed.signal);
      const isReaderBehind = out.readableLength > 0;
      if (received < minimumBytes && !isReaderBehind) break;
      received = 0;
    }
    onTooSlow();
    out.destroy(tooSlow(blob, received, milliseconds));
  }
}

function tooSlow(blob: Descriptor, bytes: number, milliseconds: number): MirrorError {
  return new MirrorError(`the alternate sent only ${bytes} bytes of the blob in ${milliseconds} ms`, {
    code: "TIMEOUT",
    side: "source",
    operation: "read blob",
    reference: blob.digest,
    retryable: true,
  });
}
