import { posix } from "node:path";

import { familiarReference, formatReference, type Reference } from "../oci/reference.ts";

/** Whether a glob matches a name of an image: full (`docker.io/library/node:22`) or familiar (`node:22`), each with and without its tag. */
export function nameMatcher(glob: string): (reference: Reference) => boolean {
  return (reference) => {
    const { tag: _tag, digest: _digest, ...bare } = reference;
    const names = [reference, bare].flatMap((each) => [formatReference(each), familiarReference(each)]);
    return names.some((name) => posix.matchesGlob(name, glob));
  };
}
