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
 * Creates a lookup of the entries that could write to a repository, in their order. It indexes the templates, because
 * testing thousands of templates against thousands of repositories is slow.
 */
export function goingTo(templates: readonly EntryTemplate[]): (repository: string) => readonly EntryTemplate[] {
  const index = templateIndex(
    templates.map((template, position) => ({ template, position, text: template.repository })),
  );
  return (repository) =>
    index(repository)
      .filter(({ template }) => couldGoTo(template, repository))
      .toSorted((a, b) => a.position - b.position)
      .map(({ template }) => template);
}

/** Creates a check whether one of the entries could have created a tag in a repository. Indexes them by their tag. */
export function madeBy(templates: readonly EntryTemplate[], repository: string): (tag: string) => boolean {
  const distinct = new Map(templates.map((template) => [`${template.repository} ${template.tag}`, template]));
  const index = templateIndex([...distinct.values()].map((template) => ({ template, text: template.tag })));
  return (tag) => index(tag).some(({ template }) => couldHaveMade(template, repository, tag));
}

/**
 * Indexes texts with `{tag}` by what comes before it, or else by what comes after it.
 * @returns a function that returns the items whose text could become a name
 */
function templateIndex<Item extends { text: string }>(items: readonly Item[]): (name: string) => Item[] {
  const exact = new Map<string, Item[]>();
  const starts = new Map<string, Item[]>();
  const ends = new Map<string, Item[]>();
  for (const item of items) {
    const [start = "", ...rest] = item.text.split(TAG);
    const [index, key] =
      rest.length === 0 ? [exact, start] : start === "" ? [ends, rest.at(-1) ?? ""] : [starts, start];
    const known = index.get(key);
    if (known === undefined) index.set(key, [item]);
    else known.push(item);
  }
  return (name) => {
    const found = [...(exact.get(name) ?? [])];
    for (let length = 0; length <= name.length; length += 1) {
      found.push(...(starts.get(name.slice(0, length)) ?? []), ...(ends.get(name.slice(length)) ?? []));
    }
    return found;
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
