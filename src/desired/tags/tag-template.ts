import { isTag, type Reference } from "../../oci/reference.ts";
import type { DesiredEntry } from "../entries/desired-entry.ts";
import { fillDestination, type Destination } from "../entries/destination.ts";

/** Where an entry of the mirror file sends its image, whatever the tag: its destination with all filled in but `{tag}`. */
export interface EntryTemplate {
  /** Names of the targets that it goes to. */
  targets: readonly string[];
  repository: string;
  tag: string;
}

/** Stands for the tag; no name can hold a brace. */
const TAG = "{tag}";

/**
 * @param source the image; a tag in it is that of today, and does not matter
 * @returns undefined where the destination cannot be filled in, which is reported elsewhere
 */
export function entryTemplate(
  targets: readonly string[],
  source: Reference,
  destination: Destination,
): EntryTemplate | undefined {
  const filled = fillDestination(destination, { ...source, tag: TAG });
  return "message" in filled ? undefined : { targets, ...filled };
}

/** Those of entries, at their ECR targets; of an entry without images there is none. */
export function entryTemplates(entries: readonly DesiredEntry[]): EntryTemplate[] {
  return entries.flatMap((entry) => {
    const source = entry.kind === "rule" ? entry.image : entry.images[0]?.source;
    const names = entry.targets.flatMap(({ target }) => (target.kind === "ecr" ? [target.name] : []));
    return source === undefined ? [] : (entryTemplate(names, source, entry.destination) ?? []);
  });
}

/**
 * Whether an entry, with whatever tag of its image, could have made a tag: its destination read backwards, the inverse
 * of {@link fillDestination}.
 */
export function couldHaveMade(template: EntryTemplate, repository: string, tag: string): boolean {
  const value = valueIn(template.tag, tag) ?? valueIn(template.repository, repository);
  if (value === undefined) return template.repository === repository && template.tag === tag;
  return isTag(value) && fill(template.repository, value) === repository && fill(template.tag, value) === tag;
}

/** Whether an entry, with whatever tag of its image, sends something to a repository. */
export function couldGoTo(template: EntryTemplate, repository: string): boolean {
  const value = valueIn(template.repository, repository);
  if (value === undefined) return template.repository === repository;
  return isTag(value) && fill(template.repository, value) === repository;
}

/**
 * Finds the entries that send something to a repository, in their order. Most templates name one repository: looking
 * at each of thousands for each of thousands of repositories would take longer than reading them.
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

/** The only value that can stand for the tag in a text of this length; undefined where the template has no place for it. */
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
