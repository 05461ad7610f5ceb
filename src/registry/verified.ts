import { Transform } from "node:stream";
import { hashFor } from "../oci/digest.ts";
import type { Descriptor } from "../oci/descriptor.ts";

/**
 * Passes bytes on, and ends well only if they have the size and the digest of the descriptor.
 * The last chunk is held back until then, so that whoever receives less than the promised size never
 * takes wrong bytes for complete. Nothing past the promised size is passed on.
 * @param mismatch makes the error that the stream is destroyed with
 * @param onChunk called for each chunk received
 */
export function verified(
  descriptor: Descriptor,
  mismatch: (message: string) => Error,
  onChunk: () => void = () => {},
): Transform {
  const hash = hashFor(descriptor.digest);
  const expected = descriptor.digest.slice(descriptor.digest.indexOf(":") + 1);
  let size = 0;
  let held: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0) return done();
      onChunk();
      size += chunk.length;
      if (size > descriptor.size) {
        return done(mismatch(`more than the ${descriptor.size} bytes that the manifest says`));
      }
      hash.update(chunk);
      const passed = held;
      held = chunk;
      return passed === undefined ? done() : done(null, passed);
    },
    flush(done) {
      if (size !== descriptor.size) {
        return done(mismatch(`${size} bytes, the manifest says ${descriptor.size}`));
      }
      const actual = hash.digest("hex");
      if (actual !== expected) return done(mismatch(`the bytes have another digest: ${actual}`));
      return held === undefined ? done() : done(null, held);
    },
  });
}
