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
 * manifest by manifest, over several windows if need be: what has arrived stays.
 */
export function createImagePulls({
  reference,
  pullsAtMost,
  queue,
  turn,
  onAsked,
  probe,
  onSent,
}: CountedImage): ImagePulls {
  const taken: Places[] = [];
  let atMost = pullsAtMost;
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
      isPiecemeal = atMost === 0 || !queue.couldEverHold(atMost);
      begun = turn.then(() => take(isPiecemeal ? 1 : atMost, signal)).finally(onAsked);
      return begun;
    },
    sending() {
      if (!taken.some((places) => places.spend()) && !taken.some((places) => places.spendFree()))
        throw atFloor(reference);
      onSent();
    },
    keepAtMost(pulls) {
      atMost = Math.min(atMost, pulls);
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
