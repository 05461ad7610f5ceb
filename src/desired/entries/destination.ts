import type { Reference } from "../../oci/reference.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** `to` of a mirror entry: a repository and an optional tag, both with placeholders. */
export interface Destination {
  repository: string;
  tag: string | undefined;
}

/** The default of `to`: the source's repository, without `library/`, and the source's tag. */
export const AS_AT_SOURCE: Destination = { repository: "{repository}", tag: undefined };

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES = ["registry", "repository", "namespace", "name", "tag"] as const;

/** Parses `to`: `repository[:tag]`. Checks only the names of placeholders. */
export function parseDestination(text: string): Destination | Diagnostic {
  for (const [written, name = ""] of text.matchAll(PLACEHOLDER)) {
    if (NAMES.some((known) => known === name)) continue;
    const hint = didYouMean(name, NAMES) ?? "use {registry}, {repository}, {namespace}, {name} or {tag}";
    return { message: `${quote(written)} is not a placeholder`, hint };
  }
  if (/[{}]/.test(text.replace(PLACEHOLDER, ""))) {
    return { message: `${quote(text)} has an unmatched brace`, hint: "write a placeholder as {name}" };
  }
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
  if (colon < 0) return { repository: text, tag: undefined };
  const tag = text.slice(colon + 1);
  if (tag === "") {
    return {
      message: `${quote(text)} has no tag after the colon`,
      hint: "add a tag, or remove the colon to keep the source's tag",
    };
  }
  return { repository: text.slice(0, colon), tag };
}

/** Returns whether images that differ only in their tag go to different places. */
export function dependsOnTag(destination: Destination): boolean {
  return destination.tag === undefined || `${destination.repository}${destination.tag}`.includes("{tag}");
}

/**
 * Fills in the placeholders. Does not check the result against the rules of any registry.
 * @param reference has a tag, a digest, or both
 */
export function fillDestination(
  destination: Destination,
  reference: Reference,
): { repository: string; tag: string } | Diagnostic {
  const repository = fill(destination.repository, reference);
  const tag = fill(destination.tag ?? "{tag}", reference);
  if (typeof repository !== "string") return repository;
  if (typeof tag !== "string") return tag;
  const official = destination === AS_AT_SOURCE ? repository.replace(/^library\//, "") : repository;
  return { repository: official, tag };
}

function fill(template: string, reference: Reference): string | Diagnostic {
  const slash = reference.repository.lastIndexOf("/");
  const values: Readonly<Record<string, string | undefined>> = {
    registry: reference.registry,
    repository: reference.repository,
    namespace: slash < 0 ? undefined : reference.repository.slice(0, slash),
    name: reference.repository.slice(slash + 1),
    tag: reference.tag,
  };
  let missing: string | undefined;
  const filled = template.replace(PLACEHOLDER, (written, name: string) => {
    missing ??= values[name] === undefined ? name : undefined;
    return values[name] ?? written;
  });
  if (missing === undefined) return filled;
  if (missing === "namespace") {
    return {
      message: `{namespace} has no value: ${quote(reference.repository)} has no namespace`,
      hint: "use {repository} or {name}",
    };
  }
  return {
    message: "an image given by digest alone has no tag to keep",
    hint: 'write the tag in "to": redis:7.2-pinned',
  };
}
