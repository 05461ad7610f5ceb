import { USUAL_HINTS } from "../../error-hints.ts";
import type { ErrorReport } from "../../errors.ts";
import type { ErrorCode } from "../../error-code.ts";
import { familiarReference } from "../../oci/reference.ts";
import type { RuleEntry } from "../entries/desired-entry.ts";

/** Says what is wrong with the tags that a rule chose. */
export function ruleError(code: ErrorCode, { image }: RuleEntry, message: string, hint?: string): ErrorReport {
  const about = { code, side: "config", operation: "select tags of", reference: familiarReference(image) } as const;
  return { ...about, message, hint: hint ?? USUAL_HINTS[code] };
}
