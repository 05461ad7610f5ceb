import { posix } from "node:path";

import { familiarReference, formatReference, type Reference } from "../oci/reference.ts";

/** Returns whether a glob matches an image name: full (`docker.io/library/node:22`) or familiar (`node:22`), with or without the tag. */
export function nameMatcher(glob: string): (reference: Reference) => boolean {
  return (reference) => {
    const { tag: _tag, digest: _digest, ...bare } = reference;
    const names = [reference, bare].flatMap((each) => [formatReference(each), familiarReference(each)]);
    return names.some((name) => posix.matchesGlob(name, glob));
  };
}
