import type { Permits } from "../../dockerhub/pull-budget.ts";
import { pullLimitHint } from "../../error-hints.ts";
import { MirrorError } from "../../errors.ts";
import type { PullGate } from "../ports.ts";
import type { PullQueue } from "./pull-queue.ts";

/** The pulls of one image. */
export interface ImagePulls {
  /** Starts the request for one manifest. */
  startManifest(this: void): ManifestPulls;
  /** Releases the permits beyond `pulls`, once it is known how many manifests are still to be read. */
  keepAtMost(this: void, pulls: number): void;
  release(this: void): void;
}

/** The pulls of one manifest. Its methods throw MirrorError PULL_LIMIT where the pull limit does not allow the request. */
export interface ManifestPulls extends PullGate {
  /**
   * Handles PULL_LIMIT after a request was refused, or was not sent because other clients spent the pulls.
   * @returns resolves when the manifest is to be requested again, which waits for a permit of its own or throws
   */
  refused(this: void, error: MirrorError, signal: AbortSignal): Promise<void>;
  /** Releases a permit of this manifest that was not used. Must be called. */
  end(this: void): void;
}

/** For sources without a pull limit. */
export const UNCOUNTED: ImagePulls & PullGate = {
  waitForPermit: () => Promise.resolve(),
  beforeSend: () => {},
  startManifest: () => ({
    ...UNCOUNTED,
    async refused(error) {
      throw error;
    },
    end: () => {},
  }),
  keepAtMost: () => {},
  release: () => {},
};

export interface CountedImage {
  reference: string;
  pullsAtMost: number;
  queue: PullQueue;
  /** Resolves when the images before it in the mirror file have asked for permits, or need none: their order is priority. */
  previousAsked: Promise<void>;
  /** Called when this image has asked for permits. */
  onAsked: () => void;
  /** Reads the remaining pulls from the source, without spending one. */
  probe: () => Promise<void>;
  /** Called for each request that is sent. */
  onSent: () => void;
}

/**
 * Acquires the permits of an image. An image starts when there are permits for all its manifests. One that exceeds the
 * whole limit is copied manifest by manifest, over several windows if need be; what has been copied stays. So is an image
 * whose pulls other clients have spent: it first releases its permits, as an image that waits for permits must have none.
 */
export function createImagePulls(image: CountedImage): ImagePulls {
  const { pullsAtMost, queue, previousAsked, onAsked, probe, onSent } = image;
  /** The permits of the whole image. Undefined before it starts, and where it is copied manifest by manifest. */
  let all: Permits | undefined;
  let atMost = pullsAtMost;
  let isPiecemeal = false;
  let isReleased = false;
  let started: Promise<void> | undefined;
  let isStarted = false;
  /** The source's own error, until it grants a permit again. */
  let refusal: MirrorError | undefined;

  const acquire = async (pulls: number, signal: AbortSignal): Promise<Permits | undefined> => {
    const isRefused = refusal !== undefined;
    const permits = await queue.acquire({ pulls, isStarted, isRefused, probe }, signal);
    if (permits === undefined) return undefined;
    isStarted = true;
    refusal = undefined;
    return permits;
  };

  const start = async (signal: AbortSignal): Promise<void> => {
    await previousAsked;
    // 0 where the plan expected to read the image from a target, which no longer has it.
    isPiecemeal = atMost === 0 || !queue.canEverFit(atMost);
    if (isPiecemeal) return;
    const permits = await acquire(atMost, signal);
    // The size of the limit may be known only now.
    isPiecemeal = permits === undefined && !queue.canEverFit(atMost);
    if (isPiecemeal) return;
    if (permits === undefined) throw limitReached(image);
    if (isReleased) permits.release();
    else all = permits;
  };

  return {
    startManifest() {
      let own: Permits | undefined;
      let isUnsent = false;
      return {
        async waitForPermit(signal) {
          try {
            await (started ??= start(signal));
            if (!isPiecemeal) return;
            own = await acquire(1, signal);
            if (own === undefined) throw refusal ?? limitReached(image);
          } finally {
            onAsked();
          }
        },
        beforeSend() {
          const permits = own ?? all;
          isUnsent = permits === undefined || (!permits.use() && !permits.useUnreserved());
          if (isUnsent) throw limitReached(image);
          onSent();
        },
        async refused(error, signal) {
          if (isUnsent && all !== undefined && (await queue.canUse(all, signal))) return;
          if (!isUnsent) refusal = error;
          isPiecemeal = true;
          all?.release();
          all = undefined;
        },
        end: () => own?.release(),
      };
    },
    keepAtMost(pulls) {
      atMost = Math.min(atMost, pulls);
      all?.keepAtMost(pulls);
    },
    release() {
      isReleased = true;
      all?.release();
    },
  };
}

function limitReached({ reference, queue }: Pick<CountedImage, "reference" | "queue">): MirrorError {
  return new MirrorError("pull limit reached: too few remaining pulls for this image", {
    code: "PULL_LIMIT",
    side: "source",
    operation: "read manifest",
    reference,
    hint: pullLimitHint(queue.isSignedIn()),
  });
}
