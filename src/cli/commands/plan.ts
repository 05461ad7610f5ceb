import type { Plan } from "../../plan/plan.ts";
import type { CommandInput } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { appendOutput, writeOutput } from "../output-file.ts";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../render/plan-markdown.ts";
import { renderPlan } from "../render/plan-text.ts";
import { renderExplanation } from "../render/rule-text.ts";
import { withPlan, type Session } from "../session.ts";
import type { Surroundings } from "../surroundings.ts";

/** `plan`: shows what apply would change. Changes and blocked rows are no failure; what could not be read is. */
export async function plan(input: CommandInput, surroundings: Surroundings): Promise<number> {
  const show = async ({ survey, style }: Session): Promise<number> => {
    const made = survey.plan;
    await writeFiles(made, input);
    if (input.options["explain"] === true && input.options["json"] !== true) {
      surroundings.out(`${renderExplanation(made, style)}\n`);
    }
    surroundings.out(input.options["json"] === true ? `${JSON.stringify(made, null, 2)}\n` : renderPlan(made, style));
    return exitCode(made, input.options["detailed-exitcode"] === true);
  };
  const code = await withPlan(input, surroundings, show, { moves: "shown" });
  return code ?? EXIT.invalid;
}

/** The same plan for other readers: one run, so that they agree. */
async function writeFiles(plan: Plan, { options }: CommandInput): Promise<void> {
  const { out, "json-out": json, markdown, summary } = options;
  if (typeof out === "string") await writeOutput(out, `${JSON.stringify(plan, null, 2)}\n`);
  if (typeof json === "string") await writeOutput(json, `${JSON.stringify(plan, null, 2)}\n`);
  if (typeof markdown === "string") await writeOutput(markdown, renderMarkdown(plan, COMMENT_LIMIT));
  if (typeof summary === "string") await appendOutput(summary, renderMarkdown(plan, SUMMARY_LIMIT));
}

/** As terraform's: 0 with or without changes, unless asked to tell them apart. What is blocked is a difference too. */
function exitCode({ complete, totals }: Plan, isDetailed: boolean): number {
  if (!complete) return EXIT.failed;
  const differences = totals.create + totals.change + totals.delete + totals.blocked;
  return isDetailed && differences > 0 ? EXIT.changes : EXIT.done;
}
