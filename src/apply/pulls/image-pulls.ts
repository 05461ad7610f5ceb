import type { Places } from "../../dockerhub/pull-budget.ts";
import { MirrorError } from "../../errors.ts";
import type { ManifestPulls } from "../ports.ts";
import type { PullQueue } from "./pull-queue.ts";

/** The pulls of one image. */
export interface ImagePulls {
  /** Begins to ask for one manifest. */
  ask(this: void): ManifestLeave;
  /** Once it is known how many manifests are still wanted, the rest is given back. */
  keepAtMost(this: void, pulls: number): void;
  release(this: void): void;
}

/** The leave to ask for one manifest. Where the allowance does not reach, MirrorError PULL_LIMIT is thrown. */
export interface ManifestLeave extends ManifestPulls {
  /**
   * Told of PULL_LIMIT when a request was refused, or not sent as others had spent what it needed. Resolves when asking
   * for the manifest anew, with a new leave, is right: that waits for its place, or throws.
   */
  refused(this: void, error: MirrorError, signal: AbortSignal): Promise<void>;
  /** Must be called in the end: a place that was this manifest's alone, and was not spent, is given back. */
  end(this: void): void;
}

/** For sources that count nothing. */
export const UNCOUNTED: ImagePulls & ManifestPulls = {
  before: () => Promise.resolve(),
  sending: () => {},
  ask: () => ({
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
  /** When those before it in the mirror file have asked, or need no more: their order is priority. */
  turn: Promise<void>;
  /** Called when this image has asked. */
  onAsked: () => void;
  /** Asks the source how much is left, without spending a pull. */
  probe: () => Promise<void>;
  /** Called for each request that is sent. */
  onSent: () => void;
}

/**
 * An image is begun only when all the manifests it may need fit. One that is larger than the whole allowance goes
 * manifest by manifest, over several windows if need be: what has arrived stays. So does an image that was begun when
 * others have spent what it counted on: first it gives its places back, as whoever waits for places must hold none.
 */
export function createImagePulls(image: CountedImage): ImagePulls {
  const { reference, pullsAtMost, queue, turn, onAsked, probe, onSent } = image;
  /** The places of the whole image; undefined before it is begun, and where it goes manifest by manifest. */
  let whole: Places | undefined;
  let atMost = pullsAtMost;
  let isPiecemeal = false;
  let isReleased = false;
  let begun: Promise<void> | undefined;
  let isBegun = false;
  /** The source's own words, until it grants something again. */
  let refusal: MirrorError | undefined;

  const take = async (pulls: number, signal: AbortSignal): Promise<Places | undefined> => {
    const isRefused = refusal !== undefined;
    const places = await queue.take({ pulls, isBegun, isRefused, probe }, signal);
    if (places === undefined) return undefined;
    isBegun = true;
    refusal = undefined;
    return places;
  };

  const begin = async (signal: AbortSignal): Promise<void> => {
    await turn;
    // None was thought to be needed: whoever was to have the image did not.
    isPiecemeal = atMost === 0 || !queue.couldEverHold(atMost);
    if (isPiecemeal) return;
    const places = await take(atMost, signal);
    // How large the allowance is may only be known by now.
    isPiecemeal = places === undefined && !queue.couldEverHold(atMost);
    if (isPiecemeal) return;
    if (places === undefined) throw atFloor(reference);
    if (isReleased) places.release();
    else whole = places;
  };

  return {
    ask() {
      let own: Places | undefined;
      let isUnsent = false;
      return {
        async before(signal) {
          try {
            await (begun ??= begin(signal));
            if (!isPiecemeal) return;
            own = await take(1, signal);
            if (own === undefined) throw refusal ?? atFloor(reference);
          } finally {
            onAsked();
          }
        },
        sending() {
          const places = own ?? whole;
          isUnsent = places === undefined || (!places.spend() && !places.spendFree());
          if (isUnsent) throw atFloor(reference);
          onSent();
        },
        async refused(error, signal) {
          if (isUnsent && whole !== undefined && (await queue.maySpend(whole, signal))) return;
          if (!isUnsent) refusal = error;
          isPiecemeal = true;
          whole?.release();
          whole = undefined;
        },
        end: () => own?.release(),
      };
    },
    keepAtMost(pulls) {
      atMost = Math.min(atMost, pulls);
      whole?.keepAtMost(pulls);
    },
    release() {
      isReleased = true;
      whole?.release();
    },
  };
}

function atFloor(reference: string): MirrorError {
  return new MirrorError("the pull allowance does not reach for this image now", {
    code: "PULL_LIMIT",
    side: "source",
    operation: "read manifest",
    reference,
    hint: "Run apply again later, or with --wait: what is mirrored stays. Signing in gives an allowance of your own.",
  });
}
