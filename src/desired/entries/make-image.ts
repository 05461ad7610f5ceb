import type { Reference } from "../../oci/reference.ts";
import type { EntryTarget } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import type { Entry } from "./read-entry.ts";

/** The parts of an entry that apply to all its images, listed or selected by a rule. */
export type ImageTerms = Pick<Entry, "options" | "refresh">;

/** Creates one image of an entry at one of its targets. @param place its destination, order and position in the file */
export function makeImage(
  { options, refresh }: ImageTerms,
  source: Reference,
  { target, settings }: EntryTarget,
  place: Pick<DesiredImage, "repository" | "tag" | "order" | "at">,
): DesiredImage {
  const { repository, tag, order, at } = place;
  return { target: target.name, source, repository, tag, refresh, ...options, settings, order, at };
}
