import type { CopyImage } from "../../plan/action.ts";
import { pullsTogether } from "../../plan/cost/pull-cost.ts";

/** The place of a group of copies in the order in which groups ask for permits. */
export interface StartSlot {
  /** Resolves when all groups before it have asked for permits, or have ended. */
  previousAsked: Promise<void>;
  /** Lets the next group ask. Called when this one has asked or ended. */
  done(this: void): void;
}

/** Makes groups ask for permits in the order of the calls. A group that is to cost no pulls is not in that order. */
export function createStartOrder(): (group: readonly CopyImage[]) => StartSlot {
  let last = Promise.resolve();
  return (group) => {
    if (pullsTogether(group) === 0) return { previousAsked: Promise.resolve(), done: () => {} };
    const previousAsked = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = previousAsked.then(() => promise);
    return { previousAsked, done: resolve };
  };
}
