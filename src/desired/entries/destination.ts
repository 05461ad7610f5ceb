import type { Reference } from "../../oci/reference.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Complaint } from "../text/problem.ts";

/** `to` of a mirror entry: a repository, and a tag where one is written; both with placeholders. */
export interface Destination {
  repository: string;
  tag: string | undefined;
}

/** What an absent `to` stands for, `library/` apart: the source's repository and tag. */
export const AS_AT_SOURCE: Destination = { repository: "{repository}", tag: undefined };

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES = ["registry", "repository", "namespace", "name", "tag"] as const;

/** Reads `to`: `repository[:tag]`. Placeholders are checked for their names only. */
export function parseDestination(text: string): Destination | Complaint {
  for (const [written, name = ""] of text.matchAll(PLACEHOLDER)) {
    if (NAMES.some((known) => known === name)) continue;
    const hint = didYouMean(name, NAMES) ?? `the placeholders are ${NAMES.map((known) => `{${known}}`).join(", ")}`;
    return { message: `${quote(written)} is no placeholder`, hint };
  }
  if (/[{}]/.test(text.replace(PLACEHOLDER, ""))) return { message: `a brace in ${quote(text)} has no partner` };
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
  if (colon < 0) return { repository: text, tag: undefined };
  const tag = text.slice(colon + 1);
  if (tag === "") return { message: `${quote(text)} has no tag after its colon` };
  return { repository: text.slice(0, colon), tag };
}

/** Whether images that differ in nothing but their tag go to different places. */
export function dependsOnTag(destination: Destination): boolean {
  return destination.tag === undefined || `${destination.repository}${destination.tag}`.includes("{tag}");
}

/**
 * Where an image goes: the placeholders filled in. The result is not yet held against any registry's rules.
 * @param reference with a tag, a digest, or both
 */
export function fillDestination(
  destination: Destination,
  reference: Reference,
): { repository: string; tag: string } | Complaint {
  const repository = fill(destination.repository, reference);
  const tag = fill(destination.tag ?? "{tag}", reference);
  if (typeof repository !== "string") return repository;
  if (typeof tag !== "string") return tag;
  const official = destination === AS_AT_SOURCE ? repository.replace(/^library\//, "") : repository;
  return { repository: official, tag };
}

function fill(template: string, reference: Reference): string | Complaint {
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
  if (missing === "namespace") return { message: `{namespace} has no value: ${quote(reference.repository)} has none` };
  return {
    message: "an image by digest alone has no tag to keep",
    hint: 'give the tag in "to": redis:7.2-pinned',
  };
}
