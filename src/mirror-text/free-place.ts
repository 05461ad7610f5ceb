import { AS_AT_SOURCE, fillDestination } from "../desired/entries/destination.ts";
import { nameDiagnostic } from "../desired/entries/name-rules.ts";
import type { Target } from "../desired/places/target.ts";
import { withDefaultTag, type Reference } from "../oci/reference.ts";

/** A repository and tag for an image at the targets. */
export interface Place {
  readonly repository: string;
  readonly tag: string;
  /** The value of `to`; undefined if the image keeps its name. */
  readonly to?: string;
}

/** ECR's rules for names are the strictest. */
const TARGET: Target = { name: "main", kind: "ecr", ecr: {} };

/** Number of hexadecimal digits of a digest in the tag of a pinned image. */
const PIN_DIGITS = 12;

/**
 * Returns the shortest name for an image that is free and that ECR accepts, and takes it. Undefined if none is free.
 * @param taken `repository:tag` of other images; extended by this call
 */
export function takeFreePlace(reference: Reference, taken: Set<string>): Place | undefined {
  const place = placesOf(withDefaultTag(reference)).find(
    ({ repository, tag }) =>
      nameDiagnostic(TARGET, repository, tag) === undefined && !taken.has(`${repository}:${tag}`),
  );
  if (place !== undefined) taken.add(`${place.repository}:${place.tag}`);
  return place;
}

/** Lists names for an image: its own, its own with a tag from its digest, and its full name with the registry. */
function placesOf(image: Reference): Place[] {
  const { digest, tag, registry, repository } = image;
  // An image with a digest and no tag needs a tag at the target.
  const pin = digest === undefined ? undefined : `pinned-${digest.slice(digest.indexOf(":") + 1).slice(0, PIN_DIGITS)}`;
  const kept = fillDestination(AS_AT_SOURCE, image);
  const whole = `${registry.replaceAll(/[^a-z0-9.-]+/g, "-")}/${repository}`;
  const tags = [tag, pin].filter((each) => each !== undefined);
  const own =
    tag === undefined ? tags.map((each) => placeAt(repository.slice(repository.lastIndexOf("/") + 1), each)) : [];
  return [...("message" in kept ? own : [kept]), ...tags.map((each) => placeAt(whole, each))];
}

function placeAt(repository: string, tag: string): Place {
  return { repository, tag, to: `${repository}:${tag}` };
}
