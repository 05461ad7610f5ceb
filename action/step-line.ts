import { createHash } from "node:crypto";

import type { Inputs } from "./inputs.ts";

/** Hexadecimal digits; the steps of one workflow are few. */
const HASH_DIGITS = 12;

/**
 * The hidden last line of a comment: which step of a workflow keeps it. A mirror file that is not valid has no name
 * to find the comment by.
 */
export function stepLine({ file, target }: Pick<Inputs, "file" | "target">): string {
  const hash = createHash("sha256").update(JSON.stringify([file, target]));
  return `<!-- mirrorform step=${hash.digest("hex").slice(0, HASH_DIGITS)} -->`;
}
