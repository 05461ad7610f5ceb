import type { NewEntry } from "./new-entry.ts";
import { scalarText } from "./scalar-text.ts";

/** Renders an entry as the lines of a block list. */
export function entryLines({ image, tags, to }: NewEntry, indentation: string): string[] {
  return [
    `${indentation}- image: ${scalarText(image)}`,
    ...(to === undefined ? [] : [`${indentation}  to: ${scalarText(to)}`]),
    ...(tags === undefined ? [] : [`${indentation}  tags: [${tags.map(scalarText).join(", ")}]`]),
  ];
}
