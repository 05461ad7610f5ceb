import { MirrorError } from "../../errors.ts";

/** Runs a task for an artifact of a kind. Of a kind that the target refused before, it throws that it is left out. */
export type FirstOfKind = <T>(kind: string, reference: string, task: () => Promise<T>) => Promise<T>;

/**
 * The first artifact of each kind goes alone: where a target refuses it, the others of its kind are left out unread, as
 * each would be a pull for nothing. Where it is taken, or fails for another reason, they all go on.
 * @param isRefusal whether an error says that the target does not take such an artifact
 */
export function createFirstOfKind(isRefusal: (error: unknown) => boolean): FirstOfKind {
  const firsts = new Map<string, Promise<boolean>>();
  return async (kind, reference, task) => {
    const first = firsts.get(kind);
    if (first !== undefined) {
      if (await first) throw leftOut(reference);
      return task();
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    firsts.set(kind, promise);
    try {
      const done = await task();
      resolve(false);
      return done;
    } catch (error) {
      resolve(isRefusal(error));
      throw error;
    }
  };
}

function leftOut(reference: string): MirrorError {
  return new MirrorError("left out unread: the target refused another artifact of its type", {
    code: "MANIFEST_REFUSED",
    side: "target",
    operation: "copy referrers of",
    reference,
  });
}
