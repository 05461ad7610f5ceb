import type { DesiredImage } from "../../desired/mirror-file.ts";
import { MirrorError } from "../../errors.ts";
import type { Steps } from "../../steps.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";
import { isUriVariable, uriVariable, withTargetName } from "../../oci/uri-variable.ts";

/** The URI of one declared image at its target. */
export interface MirroredUri {
  /** Name for a variable: capital letters, digits and `_`, with the ending `_URI` or `_IMAGE`. */
  name: string;
  /** The short name of the source image: `ruby:2.7.1-slim`. */
  image: string;
  /** The full name of the source image: `docker.io/library/ruby:2.7.1-slim`. */
  source: string;
  target: string;
  /** The URI for `FROM` in a Dockerfile. */
  uri: string;
}

/**
 * Names the variable of each image: its `output`, or a name from the repository and tag at the target
 * (`NOMORELIMIT_RUBY_2_7_1_SLIM_URI` for `nomorelimit:ruby-2.7.1-slim`). If there are several targets, the name of the target
 * is added.
 * @throws MirrorError INVALID_FILE if two images would have the same name, or an image one that programs read
 */
export function* nameUris(
  images: readonly DesiredImage[],
  uriOf: (image: DesiredImage) => string,
): Steps<MirroredUri[]> {
  const isOneTarget = new Set(images.map(({ target }) => target)).size === 1;
  const byName = new Map<string, DesiredImage>();
  const named: MirroredUri[] = [];
  for (const image of images) {
    yield;
    const own = image.output ?? uriVariable(`${image.repository}:${image.tag}`);
    const name = isOneTarget ? own : withTargetName(own, image.target);
    if (!isUriVariable(name)) throw reservedName(name, image);
    const other = byName.get(name);
    if (other !== undefined) throw sameName(name, other, image);
    byName.set(name, image);
    const { source, target } = image;
    named.push({ name, image: familiarReference(source), source: formatReference(source), target, uri: uriOf(image) });
  }
  return named;
}

function reservedName(name: string, { repository, tag, at }: DesiredImage): MirrorError {
  return new MirrorError(
    `${repository}:${tag} (line ${at.line}) would have the name ${name}, which other programs use`,
    {
      code: "INVALID_FILE",
      side: "config",
      operation: "name the URIs",
      hint: "set another output for it, such as ECR_RUBY_URI",
    },
  );
}

function sameName(name: string, first: DesiredImage, second: DesiredImage): MirrorError {
  const places = [first, second].map(({ repository, tag, at }) => `${repository}:${tag} (line ${at.line})`);
  return new MirrorError(`${places.join(" and ")} would both have the name ${name}`, {
    code: "INVALID_FILE",
    side: "config",
    operation: "name the URIs",
    hint: "set a different output for one of them; an entry with several tags cannot have an output",
  });
}
