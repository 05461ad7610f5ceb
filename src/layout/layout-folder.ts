import { join } from "node:path";

import { MirrorError } from "../errors.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import { isRepository } from "../oci/reference.ts";
import type { LayoutWork } from "./files/file-error.ts";
import type { LayoutRoot } from "./layout-root.ts";

/** One OCI image layout: the folder of one repository. It may not exist. */
export interface LayoutFolder {
  root: LayoutRoot;
  /** Path components below {@link LayoutRoot.base}. */
  steps: readonly string[];
  /** For messages: `./mirror/redis`. */
  shown: string;
}

/** Returns the layout of a repository. @throws MirrorError INVALID_REFERENCE for an invalid name; `..` would leave the folder */
export function folderOf(root: LayoutRoot, repository: string): LayoutFolder {
  const shown = `${root.shown}/${repository}`;
  if (isRepository(repository)) return { root, steps: [...root.steps, ...repository.split("/")], shown };
  throw new MirrorError("the name is not valid", {
    code: "INVALID_REFERENCE",
    side: root.side,
    operation: "open layout",
    reference: shown,
  });
}

/** Returns the absolute path of a file or folder in a layout. */
export async function pathIn({ root, steps }: LayoutFolder, ...more: readonly string[]): Promise<string> {
  return join(await root.base(), ...steps, ...more);
}

/** Returns the path components of a digest in a layout: `blobs`, `sha256`, 64 digits. */
export function blobSteps(digest: Digest): [string, string, string] {
  const [algorithm = "", hex = ""] = digest.split(":");
  return ["blobs", algorithm, hex];
}

/** Describes an operation on a tag, a digest or, without a reference, the whole layout. */
export function workOn({ root, shown }: LayoutFolder, operation: string, reference?: string): LayoutWork {
  const suffix =
    reference === undefined ? "" : parseDigest(reference) === undefined ? `:${reference}` : `@${reference}`;
  return { side: root.side, operation, reference: `${shown}${suffix}` };
}
