import { USUAL_HINTS } from "../../error-hints.ts";
import { shortReport, type ErrorReport } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { familiarReference } from "../../oci/reference.ts";
import type { RuleEntry } from "../entries/desired-entry.ts";

/** Creates an error about the tags that a rule selects. The default hint is the usual one for the code. */
export function ruleError(code: ErrorCode, { image }: RuleEntry, message: string, hint?: string): ErrorReport {
  const about = { code, side: "config", operation: "select tags of", reference: familiarReference(image) } as const;
  return shortReport({ ...about, message, hint: hint ?? USUAL_HINTS[code] });
}
