import { MirrorError } from "../errors.ts";
import { compileGlob, GLOB_SYNTAX, isGlob, MAX_GLOB, type Glob } from "../oci/glob.ts";
import { canonicalGlob, familiarReference, formatReference, type Reference } from "../oci/reference.ts";
import { websiteProblem } from "../oci/registry-names.ts";
import { shortened } from "../plain-text.ts";

/**
 * Returns whether a glob matches an image name: full (`docker.io/library/node:22`) or familiar (`node:22`), with or
 * without the tag.
 * @param option the option that has the glob, such as `--update`
 * @throws MirrorError USAGE for other syntax than a glob's
 */
export function nameMatcher(glob: string, option: string): (reference: Reference) => boolean {
  const matches = readGlob(glob, option);
  return (reference) => {
    const { tag: _tag, digest: _digest, ...bare } = reference;
    const names = [reference, bare].flatMap((each) => [formatReference(each), familiarReference(each)]);
    return names.some(matches);
  };
}

/** Reads the glob of an option. @throws MirrorError USAGE for other syntax than a glob's */
export function readGlob(glob: string, option: string): Glob {
  const website = websiteProblem(glob.split("/", 1)[0] ?? "");
  if (website !== undefined) {
    throw new MirrorError(`${option} '${shortened(glob)}': ${website}`, {
      code: "USAGE",
      side: "config",
      operation: "read the command line",
      hint: "write the name of the image as in the mirror file",
    });
  }
  if (isGlob(glob)) {
    // A repository at a target can start like a registry, so what is written counts, too.
    const [written, canonical] = [compileGlob(glob), compileGlob(canonicalGlob(glob))];
    return (name) => written(name) || canonical(name);
  }
  const isLong = glob.length > MAX_GLOB;
  throw new MirrorError(
    isLong ? `the glob of ${option} is longer than ${MAX_GLOB} characters` : `${option} '${glob}' is not a valid glob`,
    {
      code: "USAGE",
      side: "config",
      operation: "read the command line",
      hint: isLong ? "shorten the glob" : `repeat ${option} for each alternative; ${GLOB_SYNTAX}`,
    },
  );
}
