import type { CopyImage } from "../../plan/action.ts";
import { pullsTogether } from "../../plan/cost/pull-cost.ts";
import type { CountedImage, ImagePulls } from "./image-pulls.ts";
import type { Meter } from "../run-action.ts";

/** What pulls are told by those who share them. */
export type ToldOfPulls = Pick<CountedImage, "turn" | "onAsked" | "onSent">;

/** The place of a group of copies among those that ask for pulls. */
export interface Turn {
  /** Resolves when all before it have asked, or have ended. */
  turn: Promise<void>;
  /** It has asked, or has ended. */
  end(this: void): void;
}

/** Gives turns in the order of the calls. What is thought to cost nothing has no place in it. */
export function createTurns(): (group: readonly CopyImage[]) => Turn {
  let last = Promise.resolve();
  return (group) => {
    if (pullsTogether(group) === 0) return { turn: Promise.resolve(), end: () => {} };
    const turn = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = turn.then(() => promise);
    return { turn, end: resolve };
  };
}

/** The pulls of copies of one digest: they read its manifests once between them, so they take places once. */
export interface SharedPulls {
  /** Called once for each copy. */
  enter(): PullsMember;
}

/** One of those copies. */
export interface PullsMember {
  join(this: void, meter: Meter): ImagePulls;
  /** Must be called in the end; what was not spent is given back by the last. */
  leave(this: void): void;
}

/**
 * @param size how many copies share the pulls
 * @param make makes the pulls; called at once
 */
export function sharePulls(size: number, turn: Turn, make: (told: ToldOfPulls) => ImagePulls): SharedPulls {
  let meter: Meter | undefined;
  let left = size;
  /** How many manifests each of those that have told still needs. Whoever has left needs none. */
  const needs = new Map<object, number>();
  /** Each target lacks what it lacks: the surplus is known when all that are left have told. */
  const giveSurplusBack = () => {
    if (needs.size < left) return;
    pulls.keepAtMost([...needs.values()].reduce((sum, manifests) => sum + manifests, 0));
  };
  const onSent = () => {
    if (meter !== undefined) meter.pulls += 1;
  };
  const pulls = make({ turn: turn.turn, onAsked: turn.end, onSent });
  return {
    enter() {
      const member: PullsMember = {
        join(own) {
          meter ??= own;
          const keepAtMost = (manifests: number) => {
            needs.set(member, manifests);
            giveSurplusBack();
          };
          return { ...pulls, keepAtMost };
        },
        leave() {
          left -= 1;
          needs.delete(member);
          if (left > 0) return giveSurplusBack();
          turn.end();
          pulls.release();
        },
      };
      return member;
    },
  };
}
