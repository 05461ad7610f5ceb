import type { Places } from "../dockerhub/pull-budget.ts";
import { MirrorError } from "../errors.ts";
import type { ManifestPulls } from "./ports.ts";
import type { PullQueue } from "./pull-queue.ts";

/** The pulls of one image. Where the allowance does not reach, MirrorError PULL_LIMIT is thrown. */
export interface ImagePulls extends ManifestPulls {
  /** Once it is known how many manifests are still wanted, the rest is given back. */
  keepAtMost(pulls: number): void;
  release(): void;
}

/** For sources that count nothing. */
export const UNCOUNTED: ImagePulls = {
  before: () => Promise.resolve(),
  sending: () => {},
  keepAtMost: () => {},
  release: () => {},
};

export interface CountedImage {
  reference: string;
  pullsAtMost: number;
  queue: PullQueue;
  /** Asks the source how much is left, without spending a pull. */
  probe: () => Promise<void>;
  /** Called for each request that is sent. */
  onSent: () => void;
}

/**
 * An image is begun only when all the manifests it may need fit. One that is larger than the whole allowance goes
 * manifest by manifest, over several windows if need be: what has arrived stays.
 */
export function createImagePulls({ reference, pullsAtMost, queue, probe, onSent }: CountedImage): ImagePulls {
  const taken: Places[] = [];
  let isPiecemeal = false;
  let begun: Promise<void> | undefined;

  const take = async (pulls: number, signal: AbortSignal): Promise<void> => {
    const places = await queue.take(pulls, probe, signal);
    if (places === undefined) throw atFloor(reference);
    taken.push(places);
  };

  return {
    before(signal) {
      if (begun !== undefined && isPiecemeal) return take(1, signal);
      if (begun !== undefined) return begun;
      // None was thought to be needed: whoever was to have the image did not.
      isPiecemeal = pullsAtMost === 0 || !queue.couldEverHold(pullsAtMost);
      begun = take(isPiecemeal ? 1 : pullsAtMost, signal);
      return begun;
    },
    sending() {
      if (!taken.some((places) => places.spend())) throw atFloor(reference);
      onSent();
    },
    keepAtMost(pulls) {
      if (!isPiecemeal) taken[0]?.keepAtMost(pulls);
    },
    release: () => taken.forEach((places) => places.release()),
  };
}

function atFloor(reference: string): MirrorError {
  return new MirrorError("the pull allowance does not reach for this image now", {
    code: "PULL_LIMIT",
    side: "source",
    operation: "read a manifest",
    reference,
    hint: "Run apply again later, or with --wait: what is mirrored stays. Signing in gives an allowance of your own.",
  });
}
