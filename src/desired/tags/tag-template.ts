import { isTag, type Reference } from "../../oci/reference.ts";
import type { DesiredEntry } from "../entries/desired-entry.ts";
import { keepsRepositories } from "../places/target.ts";
import { fillDestination, type Destination } from "../entries/destination.ts";

/** The destination of an entry for any tag of its image: all placeholders are filled in except `{tag}`. */
export interface EntryTemplate {
  /** Names of the targets. */
  targets: readonly string[];
  repository: string;
  tag: string;
}

/** Represents the tag. A name cannot contain a brace. */
const TAG = "{tag}";

/**
 * Creates the template of an entry.
 * @param source the image; its tag is ignored
 * @returns undefined if the destination cannot be filled in, which is reported elsewhere
 */
export function entryTemplate(
  targets: readonly string[],
  source: Reference,
  destination: Destination,
): EntryTemplate | undefined {
  const filled = fillDestination(destination, { ...source, tag: TAG });
  return "message" in filled ? undefined : { targets, ...filled };
}

/** Returns the templates of entries for the targets that keep repositories. An entry without images has none. */
export function entryTemplates(entries: readonly DesiredEntry[]): EntryTemplate[] {
  return entries.flatMap((entry) => {
    const source = entry.kind === "rule" ? entry.image : entry.images[0]?.source;
    const names = entry.targets.flatMap(({ target }) => (keepsRepositories(target) ? [target.name] : []));
    return source === undefined ? [] : (entryTemplate(names, source, entry.destination) ?? []);
  });
}

/**
 * Returns whether an entry could have created a target tag from some tag of its image. This inverts
 * {@link fillDestination}.
 */
export function couldHaveMade(template: EntryTemplate, repository: string, tag: string): boolean {
  const value = valueIn(template.tag, tag) ?? valueIn(template.repository, repository);
  if (value === undefined) return template.repository === repository && template.tag === tag;
  return isTag(value) && fill(template.repository, value) === repository && fill(template.tag, value) === tag;
}

/** Returns whether an entry could write to a repository for some tag of its image. */
export function couldGoTo(template: EntryTemplate, repository: string): boolean {
  const value = valueIn(template.repository, repository);
  if (value === undefined) return template.repository === repository;
  return isTag(value) && fill(template.repository, value) === repository;
}

/**
 * Creates a lookup of the entries that could write to a repository, in their order. It indexes templates with a fixed
 * repository, because testing thousands of templates against thousands of repositories is slow.
 */
export function goingTo(templates: readonly EntryTemplate[]): (repository: string) => readonly EntryTemplate[] {
  const places = templates.map((template, index) => ({ template, index }));
  const isFixed = ({ template }: (typeof places)[number]): boolean => !template.repository.includes(TAG);
  const fixed = Map.groupBy(places.filter(isFixed), ({ template }) => template.repository);
  const open = places.filter((place) => !isFixed(place));
  return (repository) => {
    const fitting = open.filter(({ template }) => couldGoTo(template, repository));
    const found = [...(fixed.get(repository) ?? []), ...fitting].toSorted((a, b) => a.index - b.index);
    return found.map(({ template }) => template);
  };
}

/** Returns the only possible tag in a text of this length, "" if there is none; undefined if the template has no tag. */
function valueIn(template: string, text: string): string | undefined {
  const literals = template.split(TAG);
  const places = literals.length - 1;
  if (places === 0) return undefined;
  const length = (text.length - literals.join("").length) / places;
  const start = literals[0]?.length ?? 0;
  return Number.isInteger(length) && length > 0 ? text.slice(start, start + length) : "";
}

function fill(template: string, value: string): string {
  return template.split(TAG).join(value);
}
