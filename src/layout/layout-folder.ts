import { join } from "node:path";

import { MirrorError } from "../errors.ts";
import { parseDigest, type Digest } from "../oci/digest.ts";
import { isRepository } from "../oci/reference.ts";
import type { LayoutWork } from "./files/file-error.ts";
import type { LayoutRoot } from "./layout-root.ts";

/** One OCI image layout: the folder of one repository. It need not be there. */
export interface LayoutFolder {
  root: LayoutRoot;
  /** From {@link LayoutRoot.base}. */
  steps: readonly string[];
  /** As people write it: `./mirror/redis`. */
  shown: string;
}

/** The layout of a repository. @throws MirrorError INVALID_REFERENCE for what is no name: `..` would lead elsewhere */
export function folderOf(root: LayoutRoot, repository: string): LayoutFolder {
  const shown = `${root.shown}/${repository}`;
  if (isRepository(repository)) return { root, steps: [...root.steps, ...repository.split("/")], shown };
  throw new MirrorError("this is no valid name", {
    code: "INVALID_REFERENCE",
    side: root.side,
    operation: "open layout",
    reference: shown,
  });
}

/** The absolute path of something in a layout. */
export async function pathIn({ root, steps }: LayoutFolder, ...more: readonly string[]): Promise<string> {
  return join(await root.base(), ...steps, ...more);
}

/** Where in a layout a digest is kept: `blobs`, `sha256`, 64 digits. */
export function blobSteps(digest: Digest): [string, string, string] {
  const [algorithm = "", hex = ""] = digest.split(":");
  return ["blobs", algorithm, hex];
}

/** What is being done to a tag, a digest or, without either, a layout. */
export function workOn({ root, shown }: LayoutFolder, operation: string, reference?: string): LayoutWork {
  const suffix =
    reference === undefined ? "" : parseDigest(reference) === undefined ? `:${reference}` : `@${reference}`;
  return { side: root.side, operation, reference: `${shown}${suffix}` };
}
