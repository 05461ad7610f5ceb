import type { Plan } from "../../plan/plan.ts";
import type { PlanInput } from "../definitions/plan.ts";
import { EXIT } from "../process/exit-code.ts";
import { appendOutput, writeOutput } from "../output/output-file.ts";
import { inSlices } from "../../slices.ts";
import { COMMENT_LIMIT, markdownSteps, SUMMARY_LIMIT } from "../render/plan-markdown.ts";
import { planTextSteps } from "../render/plan-text.ts";
import { renderExplanation } from "../render/rule-text.ts";
import type { Style } from "../render/text/style.ts";
import { withPlan, type Session } from "../input/session.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { writeOrReport } from "../output/write-or-report.ts";

/** Runs `plan`: shows what apply would change. It fails only if something could not be read. */
export async function plan(input: PlanInput, context: ProcessContext): Promise<number> {
  const show = async ({ survey, style }: Session): Promise<number> => {
    const { plan: current } = survey;
    if (input.explain && !input.json) {
      context.out(`${await inSlices(renderExplanation(current, style), context.signal)}\n`);
    }
    const text = () => inSlices(planTextSteps(current, style), context.signal);
    context.out(input.json ? `${JSON.stringify(current, null, 2)}\n` : await text());
    // Printed first: a file that cannot be written must neither hide the plan nor prevent the other files.
    const written = await writeFiles(current, input, style, context);
    return written ? exitCode(current, input.detailedExitcode) : EXIT.failed;
  };
  const code = await withPlan(input, context, show, { moves: "shown" });
  return code ?? EXIT.invalid;
}

/** Writes the plan to each requested file. @returns whether all were written */
async function writeFiles(
  plan: Plan,
  { out, jsonOut, markdown, summary }: PlanInput,
  style: Style,
  context: ProcessContext,
): Promise<boolean> {
  const document = () => `${JSON.stringify(plan, null, 2)}\n`;
  const page = (limit: number) => inSlices(markdownSteps(plan, limit), context.signal);
  const files = [
    out !== undefined && (() => writeOutput(out, document())),
    jsonOut !== undefined && (() => writeOutput(jsonOut, document())),
    markdown !== undefined && (async () => writeOutput(markdown, await page(COMMENT_LIMIT))),
    summary !== undefined && (async () => appendOutput(summary, await page(SUMMARY_LIMIT))),
  ];
  let allWritten = true;
  for (const write of files) if (write && !(await writeOrReport(write, style, context))) allWritten = false;
  return allWritten;
}

/** Returns the exit code, as Terraform does. A blocked or postponed row counts as a change. */
function exitCode({ complete, totals }: Plan, isDetailed: boolean): number {
  if (!complete) return EXIT.failed;
  const differences = totals.create + totals.change + totals.delete + totals.blocked + totals.postponed;
  return isDetailed && differences > 0 ? EXIT.changes : EXIT.done;
}
