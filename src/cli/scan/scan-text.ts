import { familiarReference } from "../../oci/reference.ts";
import { terminalText } from "../../plain-text.ts";
import type { Assessed, Status } from "../../scan/assess.ts";
import { alignColumns } from "../render/text/columns.ts";
import type { Style } from "../render/text/style.ts";
import { plural } from "../render/text/units.ts";
import { MISSING, type ScanView } from "./scan-view.ts";

/** Renders a scan: one line an image, with its file, line and column, then what could not be read, and the totals. */
export function scanText(view: ScanView, style: Style): string {
  const { images, notes, isCheck } = view;
  const shown = isCheck ? images.filter(({ status }) => !IS_FINE[status.kind]) : images;
  const rows = shown.map((image) => ({
    place: placeOf(image),
    image: nameOf(image),
    status: statusOf(image, view),
  }));
  const lines = alignColumns(["place", "image", "status"], rows).map((line, index) => {
    return shown[index]?.status.kind === "missing" && view.isCompared ? style.problem(line) : line;
  });
  const unread = notes.map((note) => `${placeOf(note)}  not read: ${terminalText(note.message)}`);
  const gap = lines.length + unread.length > 0 ? [""] : [];
  return `${[...lines, ...unread, ...gap, totals(view), ...nextStep(view)].join("\n")}\n`;
}

/** What `--check` accepts. */
const IS_FINE: Readonly<Record<Status["kind"], boolean>> = {
  mirrored: true,
  "by-rule": true,
  "at-target": true,
  ignored: true,
  missing: false,
  unresolved: false,
  invalid: false,
};

function placeOf({ path, position }: { path: string; position?: { line: number; column: number } }): string {
  const place = position === undefined ? "" : `:${position.line}:${position.column}`;
  return `${terminalText(path)}${place}`;
}

function nameOf({ text, value }: Assessed): string {
  return terminalText(value.kind === "image" ? familiarReference(value.reference) : text);
}

function statusOf({ status, value }: Assessed, { isCompared }: ScanView): string {
  if (value.kind === "unresolved") return terminalText(`unresolved: ${value.variables.join(", ")}`);
  if (value.kind === "invalid") return `not an image name`;
  if (!isCompared) return "";
  switch (status.kind) {
    case "mirrored":
      return "mirrored";
    case "by-rule":
      return "mirrored by a tag rule";
    case "at-target":
      return "at the target";
    case "ignored":
      return "ignored";
    case "missing":
      return `not mirrored: ${MISSING[status.missing]}`;
    case "unresolved":
    case "invalid":
      return "";
  }
}

function totals({ files, images, notes, isCompared }: ScanView): string {
  const count = (...kinds: readonly Status["kind"][]) =>
    images.filter(({ status }) => kinds.includes(status.kind)).length;
  const parts = isCompared
    ? [
        `${count("mirrored", "by-rule", "at-target")} mirrored`,
        `${count("missing")} not mirrored`,
        ...(count("ignored") > 0 ? [`${count("ignored")} ignored`] : []),
      ]
    : [];
  if (count("unresolved") > 0) parts.push(`${count("unresolved")} unresolved`);
  if (count("invalid") > 0) parts.push(`${count("invalid")} not valid`);
  const unread = notes.length === 0 ? "" : ` ${plural(notes.length, "file")} not read.`;
  const details = parts.length === 0 ? "" : `: ${parts.join(", ")}`;
  const naming = new Set(images.map(({ path }) => path)).size;
  const among = naming === files || naming === 0 ? plural(files, "file") : `${naming} of ${plural(files, "file")}`;
  return `${plural(images.length, "image")} in ${among}${details}.${unread}`;
}

function nextStep({ images, isCompared, isWritten }: ScanView): string[] {
  const missing = images.some(({ status }) => status.kind === "missing");
  if (!missing || isWritten) return [];
  const file = isCompared ? "the mirror file" : "a new mirror file";
  return [`Next: mirrorform scan --write adds them to ${file}.`];
}
