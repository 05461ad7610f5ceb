import type { Clock } from "../../clock.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { BarrierMember } from "../images/copy-barrier.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";

/** What the delay between two attempts is made from: a clock, and a random number for the jitter. */
export interface RetryTiming {
  clock: Clock;
  random: () => number;
}

/** Where the blobs of one manifest are copied from and to. */
export interface BlobRoute {
  source: ImageSource;
  from: string;
  target: ImageTarget;
  to: string;
  /** The manifest that lists the blobs. */
  manifest: Digest;
  /** Synchronizes this copy with the other copies of the same image. */
  barrier: BarrierMember;
  signal: AbortSignal;
  /**
   * Called with the bytes of a blob uploaded on this route, in steps that add up to its size. A negative number takes
   * back what an upload had sent before it failed.
   */
  onBytes: (blob: Descriptor, bytes: number) => void;
}

/** What copying blobs needs, apart from routes. */
export interface BlobContext extends RetryTiming {
  /** Called with the bytes of each chunk given to the uploads: its buffer is garbage as soon as it is written. */
  onBytesPassed?: ((bytes: number) => void) | undefined;
}

/** A request for one blob that one repository of one target lacks. */
export interface BlobRequest extends BlobRoute {
  blob: Descriptor;
  /** Resolves when other copies that may need the same blob have requested it. */
  waitForOthers: () => Promise<void>;
}
