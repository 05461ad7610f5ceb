import type { Clock } from "../../clock.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Member } from "../images/copy-barrier.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";

/** A wait between two attempts: on this clock, of a random length. */
export interface Waiting {
  clock: Clock;
  random: () => number;
}

/** From where to where the blobs of one manifest go. */
export interface BlobRoute {
  source: ImageSource;
  from: string;
  target: ImageTarget;
  to: string;
  /** The manifest that names the blobs, and whoever else copies it now. */
  manifest: Digest;
  together: Member;
  signal: AbortSignal;
  /**
   * Called with the bytes of a blob that went to the target on this call's behalf, in steps; their sum is its size. Below 0
   * where an upload broke off: what it had sent counts for nothing.
   */
  onBytes: (blob: Descriptor, bytes: number) => void;
}

/** What copying blobs needs of its context. */
export interface BlobContext extends Waiting {
  /** Told of bytes that were given out: their buffers are dead as soon as they are written. */
  onBytesPassed?: ((bytes: number) => void) | undefined;
}

/** One blob that one repository of one target lacks. */
export interface BlobWant extends BlobRoute {
  blob: Descriptor;
  /** Resolves when others that may want it too have said so. */
  gathered: () => Promise<void>;
}
