import type { Reference } from "../oci/reference.ts";
import type { Span } from "../scan/found-image.ts";
import type { Occurrence } from "../scan/scan-paths.ts";
import { applyReplacements, replacementsFor, type NotReplaceable, type Replacement } from "./replacements.ts";

/** A file before and after its names are replaced. */
export interface RewrittenFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly changed: readonly Occurrence[];
  readonly left: readonly { readonly occurrence: Occurrence; readonly reason: string }[];
}

/** Returns the new name for a place; why it has none; undefined if the place does not concern the mirror. */
export type NewName = (from: Reference, occurrence: Occurrence) => Reference | NotReplaceable | undefined;

/** Replaces the names of images in a text, and nothing else. */
export function rewriteFile(path: string, text: string, found: readonly Occurrence[], newName: NewName): RewrittenFile {
  const changed: Occurrence[] = [];
  const left: { occurrence: Occurrence; reason: string }[] = [];
  const replacements: Replacement[] = [];
  for (const occurrence of found) {
    const outcome = outcomeOf(text, occurrence, newName);
    if ("reason" in outcome) left.push({ occurrence, reason: outcome.reason });
    else if (outcome.replacements.length > 0) {
      changed.push(occurrence);
      replacements.push(...outcome.replacements);
    }
  }
  return { path, before: text, after: applyReplacements(text, replacements), changed, left };
}

function outcomeOf(
  text: string,
  occurrence: Occurrence,
  newName: NewName,
): NotReplaceable | { replacements: readonly Replacement[] } {
  const { value, edit, isIgnored } = occurrence;
  if (isIgnored || value.kind === "invalid") return { replacements: [] };
  if (value.kind === "unresolved") return { reason: `it depends on ${value.variables.join(", ")}` };
  const to = newName(value.reference, occurrence);
  if (to === undefined) return { replacements: [] };
  if ("reason" in to) return to;
  const textOf = ({ start, end }: Span) => text.slice(start, end);
  const place = { edit, from: value.reference, textOf, quoted: quotedIn(text, occurrence) };
  const replacements = replacementsFor(place, to);
  return "reason" in replacements ? replacements : { replacements };
}

/** A plain YAML text such as 1.10 or 2024 would be read as a number. */
const READ_AS_OTHER = /^(?:[-+]?[\d.][\d_.]*(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|true|false|yes|no|on|off|null|~)$/i;

function quotedIn(text: string, { edit }: Occurrence): (replacement: string, span: Span) => string {
  if (edit.kind !== "fields") return (replacement) => replacement;
  return (replacement, { start }) => {
    const isQuoted = /["']/.test(text[start - 1] ?? "");
    return !isQuoted && READ_AS_OTHER.test(replacement) ? `"${replacement}"` : replacement;
  };
}
