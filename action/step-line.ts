import { createHash } from "node:crypto";

import type { Inputs } from "./inputs.ts";

/** Number of hexadecimal digits. A short hash is enough to distinguish the steps of a workflow. */
const HASH_DIGITS = 12;

/**
 * Returns the hidden last line of a comment, which identifies the step of the workflow. An invalid mirror file has no
 * name to find the comment by.
 */
export function stepLine({ file, target }: Pick<Inputs, "file" | "target">): string {
  const hash = createHash("sha256").update(JSON.stringify([file, target]));
  return `<!-- mirrorform step=${hash.digest("hex").slice(0, HASH_DIGITS)} -->`;
}
