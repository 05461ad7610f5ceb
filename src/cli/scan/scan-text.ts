import { familiarReference } from "../../oci/reference.ts";
import { terminalText } from "../../plain-text.ts";
import type { Occurrence, Scan } from "../../scan/scan-paths.ts";
import { plural } from "../render/text/units.ts";

/** Renders a scan: one line an image, with its file, line and column, and the totals. */
export function scanText({ files, images, notes }: Scan): string {
  const lines = images.map((image) => `${placeOf(image)}  ${nameOf(image)}`);
  const unread = notes.map((note) => `${placeOf(note)}  not read: ${terminalText(note.message)}`);
  const totals = `${plural(images.length, "image")} in ${plural(files, "file")}`;
  return `${[...lines, ...unread, ...(lines.length + unread.length > 0 ? [""] : []), totals].join("\n")}.\n`;
}

function placeOf({ path, position }: { path: string; position?: { line: number; column: number } }): string {
  const place = position === undefined ? "" : `:${position.line}:${position.column}`;
  return `${terminalText(path)}${place}`;
}

function nameOf({ text, value }: Occurrence): string {
  switch (value.kind) {
    case "image":
      return familiarReference(value.reference);
    case "unresolved":
      return terminalText(`${text} (unresolved: ${value.variables.join(", ")})`);
    case "invalid":
      return terminalText(`${text} (not an image name)`);
  }
}
