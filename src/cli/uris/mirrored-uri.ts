import type { DesiredImage } from "../../desired/mirror-file.ts";
import { MirrorError } from "../../errors.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";

/** Where one declared image is found once it is mirrored. */
export interface MirroredUri {
  /** For variables: capital letters, digits and `_`. */
  name: string;
  /** As people write it, and in full: `ruby:2.7.1-slim`, `docker.io/library/ruby:2.7.1-slim`. */
  image: string;
  source: string;
  target: string;
  /** What stands behind `FROM`. */
  uri: string;
}

/**
 * Gives each image the name of its variable: its `output`, else one made of repository and tag at the target
 * (`nomorelimit:ruby-2.7.1-slim` is `NOMORELIMIT_RUBY_2_7_1_SLIM`). Where images go to several targets each name ends in the target's.
 * @throws MirrorError INVALID_FILE when two images would have one name
 */
export function nameUris(images: readonly DesiredImage[], uriOf: (image: DesiredImage) => string): MirroredUri[] {
  const isOneTarget = new Set(images.map(({ target }) => target)).size === 1;
  const byName = new Map<string, DesiredImage>();
  return images.map((image) => {
    const own = image.output ?? variableName(`${image.repository}:${image.tag}`);
    const name = isOneTarget ? own : `${own}_${variableName(image.target)}`;
    const other = byName.get(name);
    if (other !== undefined) throw sameName(name, other, image);
    byName.set(name, image);
    const { source, target } = image;
    return { name, image: familiarReference(source), source: formatReference(source), target, uri: uriOf(image) };
  });
}

/** What a shell, HCL and dotenv files alike take for a name. */
function variableName(text: string): string {
  const name = text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function sameName(name: string, first: DesiredImage, second: DesiredImage): MirrorError {
  const places = [first, second].map(({ repository, tag, at }) => `${repository}:${tag} (line ${at.line})`);
  return new MirrorError(`${places.join(" and ")} would both be called ${name}`, {
    code: "INVALID_FILE",
    side: "config",
    operation: "name the mirrored URI of",
    hint: "Give one of them a name of its own: output: ANOTHER_NAME. An entry with several tags cannot have one.",
  });
}
