import type { Plan } from "../../plan/plan.ts";
import { renderError } from "./error-text.ts";
import type { Style } from "./style.ts";
import { terminalText } from "../../plain-text.ts";

/** What kept rules from choosing their tags, each with its line in the mirror file; empty when nothing did. */
export function renderRuleErrors(plan: Plan, style: Style): string {
  return plan.rules
    .flatMap(({ line, errors }) =>
      errors.map((error) => `${terminalText(`${plan.file}:${line}`)}: ${renderError(error, style)}`),
    )
    .join("");
}
