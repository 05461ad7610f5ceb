import { matchesPart, matchesRuns } from "./wildcard.ts";

/** Returns whether a glob matches a name. */
export type Glob = (name: string) => boolean;

/** The longest glob, in characters. */
export const MAX_GLOB = 256;

/** The syntax of a glob, for a hint. */
export const GLOB_SYNTAX = "the only wildcards are *, which does not match a slash, ** and ?";

/**
 * Whether a pattern uses no other syntax than `*`, `**` and `?`. Braces, classes, groups, negation and escapes are
 * refused: a short pattern with them can stand for 100,000 others, and none of their characters occurs in a name.
 */
export function isGlob(text: string): boolean {
  return text.length <= MAX_GLOB && !/[[\]{}()!\\]/.test(text);
}

/**
 * Returns the matcher of a glob for names such as `library/node`. `*` matches any characters of one part, `?` one
 * character, and a part `**` any number of parts; at the end, at least one.
 */
export function compileGlob(glob: string): Glob {
  const parts = glob.split("/");
  if (parts.at(-1) === "**") parts.push("*");
  return (name) => matchesRuns(parts, name.split("/"), (part) => part === "**", matchesPart);
}
