import type { Problem } from "../../desired/text/problem.ts";
import { familiarReference } from "../../oci/reference.ts";
import { MAX_MESSAGE_LENGTH, shortened } from "../../plain-text.ts";
import type { Assessed } from "../../scan/assess.ts";
import { MISSING, type ScanView } from "./scan-view.ts";

/** Returns what `scan --check` fails for. @param strict whether variables without a value and unread files count, too */
export function scanProblems({ images, notes }: ScanView, strict: boolean): Problem[] {
  const missing = images.flatMap((image) => problemOf(image, strict));
  const unread = notes.map(({ path, message, position }): Problem => {
    return { code: "FILE_UNREADABLE", message, path, ...(position === undefined ? {} : { position }) };
  });
  return [...missing, ...(strict ? unread : [])];
}

function problemOf({ path, position, value, text, status }: Assessed, strict: boolean): Problem[] {
  const place = { path, position };
  if (status.kind === "missing" && value.kind === "image") {
    const name = familiarReference(value.reference);
    const hint = "add it to the mirror file with mirrorform scan --write, or ignore it with `# mirrorform: ignore`";
    return [{ code: "NOT_MIRRORED", message: `${name} is not mirrored: ${MISSING[status.missing]}`, hint, ...place }];
  }
  if (status.kind === "unresolved" && value.kind === "unresolved" && strict) {
    const unset = `${text} depends on ${value.variables.join(", ")}, which this file does not set`;
    const message = shortened(unset, MAX_MESSAGE_LENGTH);
    return [{ code: "NOT_MIRRORED", message, ...place }];
  }
  if (value.kind === "invalid" && status.kind === "invalid" && strict) {
    return [{ code: "INVALID_REFERENCE", message: value.message, ...place }];
  }
  return [];
}
