import type { Meter } from "../run-action.ts";
import type { CountedImage, ImagePulls } from "./image-pulls.ts";
import type { StartSlot } from "./start-order.ts";

/** What the pulls of a group need from it. */
export type PullCallbacks = Pick<CountedImage, "previousAsked" | "onAsked" | "onSent">;

/** The pulls of a group of copies of one digest. They read its manifests once, so they acquire permits once. */
export interface GroupPulls {
  /** Adds a copy. Called once for each. */
  join(): GroupPullsMember;
}

/** One copy of the group. */
export interface GroupPullsMember {
  /** @param meter counts the pulls of the group, if this copy is the first */
  pulls(this: void, meter: Meter): ImagePulls;
  /** Must be called. The last copy to leave releases the unused permits. */
  leave(this: void): void;
}

/**
 * @param size how many copies share the pulls
 * @param create creates the shared pulls; called once, at once
 */
export function shareGroupPulls(
  size: number,
  slot: StartSlot,
  create: (callbacks: PullCallbacks) => ImagePulls,
): GroupPulls {
  let meter: Meter | undefined;
  let remaining = size;
  /** Manifests that each member still has to read, where it is known. A member that has left has none. */
  const needs = new Map<object, number>();
  /** Targets may lack different manifests, so the surplus is known when every remaining member knows its need. */
  const releaseSurplus = () => {
    if (needs.size < remaining) return;
    shared.keepAtMost([...needs.values()].reduce((sum, manifests) => sum + manifests, 0));
  };
  const onSent = () => {
    if (meter !== undefined) meter.pulls += 1;
  };
  const shared = create({ previousAsked: slot.previousAsked, onAsked: slot.done, onSent });
  return {
    join() {
      const member: GroupPullsMember = {
        pulls(own) {
          meter ??= own;
          const keepAtMost = (manifests: number) => {
            needs.set(member, manifests);
            releaseSurplus();
          };
          return { ...shared, keepAtMost };
        },
        leave() {
          remaining -= 1;
          needs.delete(member);
          if (remaining > 0) return releaseSurplus();
          slot.done();
          shared.release();
        },
      };
      return member;
    },
  };
}
