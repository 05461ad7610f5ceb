import { familiarReference, formatReference, type Reference } from "../oci/reference.ts";
import { matchesWildcard } from "../oci/wildcard.ts";
import type { Coverage } from "./coverage.ts";
import type { Occurrence } from "./scan-paths.ts";

/** How an image that a file names relates to a mirror file. */
export type Status = Coverage | { readonly kind: "ignored" | "unresolved" | "invalid" };

export interface Assessed extends Occurrence {
  readonly status: Status;
}

/**
 * Compares what a scan found with a mirror file.
 * @param ignored names of images that do not have to be mirrored; `*` matches any characters
 */
export function assess(
  images: readonly Occurrence[],
  coverage: (reference: Reference) => Coverage,
  ignored: readonly string[],
): Assessed[] {
  return images.map((image) => ({ ...image, status: statusOf(image, coverage, ignored) }));
}

function statusOf(
  { value, isIgnored }: Occurrence,
  coverage: (reference: Reference) => Coverage,
  ignored: readonly string[],
): Status {
  if (isIgnored) return { kind: "ignored" };
  if (value.kind !== "image") return { kind: value.kind };
  const names = [familiarReference(value.reference), formatReference(value.reference)];
  const isNamed = ignored.some((pattern) => names.some((name) => matchesWildcard(pattern, name)));
  return isNamed ? { kind: "ignored" } : coverage(value.reference);
}
