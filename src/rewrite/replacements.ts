import { DOCKER_HUB, familiarReference, formatReference, type Reference } from "../oci/reference.ts";
import type { Edit, Span } from "../scan/found-image.ts";

/** A change of a text. */
export interface Replacement {
  readonly span: Span;
  readonly text: string;
}

/** Why a name cannot be replaced. */
export interface NotReplaceable {
  readonly reason: string;
}

/** What an edit needs to know about the text around it. */
export interface Place {
  readonly edit: Edit;
  /** What the place names now. */
  readonly from: Reference;
  /** Returns the text of a span. */
  readonly textOf: (span: Span) => string;
  /** Puts quotes around a text that the format would read as something else, such as the number 1.10. */
  readonly quoted: (text: string, span: Span) => string;
}

/**
 * Returns the changes that make a place name another image, in its familiar form: `nginx:1.27` on Docker Hub.
 * @param to has a digest only if the new name has one
 */
export function replacementsFor(place: Place, to: Reference): Replacement[] | NotReplaceable {
  const { edit, from } = place;
  switch (edit.kind) {
    case "whole":
      return changed(place, edit.span, familiarReference(to));
    case "name":
      if (to.tag !== from.tag || to.digest !== from.digest) {
        return { reason: "its tag comes from a variable, and the other image has another tag" };
      }
      return changed(place, edit.span, familiarReference(withoutVersion(to)));
    case "fields":
      return fieldReplacements(place, edit, to);
    case "none":
      return { reason: edit.reason };
  }
}

function withoutVersion({ registry, repository }: Reference): Reference {
  return { registry, repository };
}

function fieldReplacements(
  place: Place,
  edit: Extract<Edit, { kind: "fields" }>,
  to: Reference,
): Replacement[] | NotReplaceable {
  const { registry, repository, tag, digest } = edit;
  if (tag === undefined && to.tag !== place.from.tag) return { reason: "it has no key for the tag" };
  if (digest === undefined && to.digest !== place.from.digest) return { reason: "it has no key for the digest" };
  // What has no key of its own is part of the repository's text.
  const version = {
    ...(tag !== undefined || to.tag === undefined ? {} : { tag: to.tag }),
    ...(digest !== undefined || to.digest === undefined ? {} : { digest: to.digest }),
  };
  const named = { ...withoutVersion(to), ...version };
  const name = registry === undefined ? familiarReference(named) : repositoryAlone(named);
  return [
    ...(registry === undefined ? [] : changed(place, registry, to.registry)),
    ...changed(place, repository, name),
    ...(tag === undefined || to.tag === undefined ? [] : changed(place, tag, to.tag)),
    ...(digest === undefined || to.digest === undefined ? [] : changed(place, digest, to.digest)),
  ];
}

function changed({ textOf, quoted }: Place, span: Span, text: string): Replacement[] {
  return textOf(span) === text ? [] : [{ span, text: quoted(text, span) }];
}

/** Returns the repository for a place whose registry has a key of its own. */
function repositoryAlone(reference: Reference): string {
  const { registry } = reference;
  const name = formatReference(reference).slice(registry.length + 1);
  return registry === DOCKER_HUB ? name.replace(/^library\/(?=[^/]+$)/, "") : name;
}

/**
 * Applies changes to a text. Equal changes of one span count once: several places can share the default of an argument.
 * @throws Error if two different changes overlap
 */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  const sorted = replacements.toSorted((a, b) => a.span.start - b.span.start);
  let result = "";
  let end = 0;
  let last: Replacement | undefined;
  for (const each of sorted) {
    if (last !== undefined && isSame(last, each)) continue;
    if (each.span.start < end) throw new Error("two changes overlap");
    result += text.slice(end, each.span.start) + each.text;
    end = each.span.end;
    last = each;
  }
  return result + text.slice(end);
}

function isSame(a: Replacement, b: Replacement): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text;
}
