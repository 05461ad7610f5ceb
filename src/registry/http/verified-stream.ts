import { Transform, type Readable } from "node:stream";
import { hashFor, type Digest } from "../../oci/digest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** How bytes differ from what a manifest states about them. */
export interface Difference {
  message: string;
  /** Whether the number of bytes differs. If so, the manifest itself may be wrong. */
  isSize: boolean;
}

/** Creates the error to throw for a difference. */
type OnMismatch = (difference: Difference) => Error;

type OnChunk = (bytes: number) => void;

/** Verifies bytes as they pass. */
export interface Verification {
  /**
   * Adds the next chunk.
   * @returns the chunk to pass on: the latest one is held back until the end
   * @throws the error of `mismatch` if there are more bytes than the descriptor's size
   */
  add(chunk: Buffer): Buffer | undefined;
  /** Ends the verification. @returns the chunk that was held back @throws the error of `mismatch` */
  end(): Buffer | undefined;
}

/**
 * Verifies size and digest of a blob as it passes. Holds back the last chunk until both are verified, so that the
 * receiver never takes wrong bytes for a complete blob. Passes on nothing beyond the descriptor's size.
 * @param mismatch creates the error to throw
 */
export function verify(descriptor: Descriptor, mismatch: OnMismatch): Verification {
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
      if (actual !== expected)
        throw mismatch({ message: `the bytes have a different digest: ${actual}`, isSize: false });
      return passed;
    },
  };
}

function verifySize(descriptor: Descriptor, mismatch: OnMismatch): Verification {
  let size = 0;
  let lastChunk: Buffer | undefined;
  return {
    add(chunk) {
      size += chunk.length;
      if (size > descriptor.size)
        throw mismatch({ message: `more than the ${descriptor.size} bytes that it states`, isSize: true });
      const passed = lastChunk;
      lastChunk = chunk;
      return passed;
    },
    end() {
      if (size !== descriptor.size)
        throw mismatch({ message: `${size} bytes instead of the ${descriptor.size} that it states`, isSize: true });
      return lastChunk;
    },
  };
}

/**
 * Creates a stream that fails unless it has the size and digest of the descriptor. See {@link verify}.
 * @param mismatch creates the error that destroys the stream
 * @param onChunk called with the bytes of each chunk
 */
export function verified(descriptor: Descriptor, mismatch: OnMismatch, onChunk: OnChunk = () => {}): Transform {
  return verifyingStream(verify(descriptor, mismatch), onChunk);
}

/** Creates a stream like {@link verified} that checks only the size. See {@link vouchFor}. */
export function sized(descriptor: Descriptor, mismatch: OnMismatch, onChunk: OnChunk = () => {}): Transform {
  return verifyingStream(verifySize(descriptor, mismatch), onChunk);
}

const vouched = new WeakMap<Readable, Digest>();

/** Marks a stream as verified by its creator before it passes on the last chunk, so that it is hashed only once. */
export function vouchFor(stream: Readable, digest: Digest): void {
  vouched.set(stream, digest);
}

/** Whether a stream is marked as verified for this digest. */
export function isVouchedFor(stream: Readable, digest: Digest): boolean {
  return vouched.get(stream) === digest;
}

function verifyingStream(verification: Verification, onChunk: OnChunk): Transform {
  const attempt = (step: () => Buffer | undefined, done: (error?: Error | null, chunk?: Buffer) => void): void => {
    let passed: Buffer | undefined;
    try {
      passed = step();
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    return passed === undefined ? done() : done(null, passed);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0) return done();
      onChunk(chunk.length);
      attempt(() => verification.add(chunk), done);
    },
    flush(done) {
      attempt(() => verification.end(), done);
    },
  });
}
