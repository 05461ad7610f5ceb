import { Transform, type Readable } from "node:stream";
import { hashFor, type Digest } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** Bytes on their way, looked at one by one. */
export interface Verification {
  /**
   * Takes the next bytes.
   * @returns those that may be passed on: the last ones are held back until the end
   * @throws what `mismatch` makes when there are more than the descriptor says
   */
  add(chunk: Buffer): Buffer | undefined;
  /** Says that nothing more comes. @returns what was held back @throws what `mismatch` makes */
  end(): Buffer | undefined;
}

/**
 * Checks size and digest of a blob as it goes by. The last chunk is held back until then, so that whoever receives
 * less than the promised size never takes wrong bytes for complete. Nothing past the promised size is passed on.
 * @param mismatch makes the error that is thrown
 */
export function verify(descriptor: Descriptor, mismatch: (message: string) => Error): Verification {
  const size = verifySize(descriptor, mismatch);
  const hash = hashFor(descriptor.digest);
  const expected = descriptor.digest.slice(descriptor.digest.indexOf(":") + 1);
  return {
    add(chunk) {
      const passed = size.add(chunk);
      hash.update(chunk);
      return passed;
    },
    end() {
      const passed = size.end();
      const actual = hash.digest("hex");
      if (actual !== expected) throw mismatch(`the bytes have another digest: ${actual}`);
      return passed;
    },
  };
}

function verifySize(descriptor: Descriptor, mismatch: (message: string) => Error): Verification {
  let size = 0;
  let held: Buffer | undefined;
  return {
    add(chunk) {
      size += chunk.length;
      if (size > descriptor.size) throw mismatch(`more than the ${descriptor.size} bytes that the manifest says`);
      const passed = held;
      held = chunk;
      return passed;
    },
    end() {
      if (size !== descriptor.size) throw mismatch(`${size} bytes, the manifest says ${descriptor.size}`);
      return held;
    },
  };
}

/**
 * A stream that ends well only if it has the size and the digest of the descriptor: {@link verify}.
 * @param mismatch makes the error that the stream is destroyed with
 * @param onChunk called for each chunk received
 */
export function verified(
  descriptor: Descriptor,
  mismatch: (message: string) => Error,
  onChunk: () => void = () => {},
): Transform {
  return through(verify(descriptor, mismatch), onChunk);
}

/** As {@link verified}, for bytes whose digest was checked before: see {@link vouchFor}. */
export function sized(
  descriptor: Descriptor,
  mismatch: (message: string) => Error,
  onChunk: () => void = () => {},
): Transform {
  return through(verifySize(descriptor, mismatch), onChunk);
}

const vouched = new WeakMap<Readable, Digest>();

/** Says that a stream's maker checks its digest before it gives out the last chunk, so that it is hashed only once. */
export function vouchFor(stream: Readable, digest: Digest): void {
  vouched.set(stream, digest);
}

/** Whether somebody said so of just this digest. */
export function isVouchedFor(stream: Readable, digest: Digest): boolean {
  return vouched.get(stream) === digest;
}

function through(verification: Verification, onChunk: () => void): Transform {
  const attempt = (take: () => Buffer | undefined, done: (error?: Error | null, chunk?: Buffer) => void): void => {
    let passed: Buffer | undefined;
    try {
      passed = take();
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    return passed === undefined ? done() : done(null, passed);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0) return done();
      onChunk();
      attempt(() => verification.add(chunk), done);
    },
    flush(done) {
      attempt(() => verification.end(), done);
    },
  });
}
