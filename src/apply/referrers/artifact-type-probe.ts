import { MirrorError } from "../../errors.ts";

/**
 * Copies an artifact of a type, unless the target has refused another one of it.
 * @throws MirrorError MANIFEST_REFUSED where it has
 */
export type ArtifactTypeProbe = <T>(type: string, reference: string, copy: () => Promise<T>) => Promise<T>;

/**
 * Copies the first artifact of each type before the others. Where the target refuses it, the others of its type are
 * skipped unread, as reading each would waste a pull. Where it is accepted, or fails for another reason, they are copied.
 * @param isRefusal whether an error means that the target does not accept such an artifact
 */
export function createArtifactTypeProbe(isRefusal: (error: unknown) => boolean): ArtifactTypeProbe {
  const refused = new Map<string, Promise<boolean>>();
  return async (type, reference, copy) => {
    const known = refused.get(type);
    if (known !== undefined) {
      if (await known) throw skipped(reference);
      return copy();
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    refused.set(type, promise);
    try {
      const result = await copy();
      resolve(false);
      return result;
    } catch (error) {
      resolve(isRefusal(error));
      throw error;
    }
  };
}

function skipped(reference: string): MirrorError {
  return new MirrorError("skipped unread: the target refused another artifact of its type", {
    code: "MANIFEST_REFUSED",
    side: "target",
    operation: "copy referrers of",
    reference,
  });
}
