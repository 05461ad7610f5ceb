import type { CommandInput } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { renderPlan } from "../render/plan-text.ts";
import { withPlan } from "../session.ts";
import type { Surroundings } from "../surroundings.ts";

/** `plan`: shows what apply would change. Changes and blocked rows are no failure; what could not be read is. */
export async function plan(input: CommandInput, surroundings: Surroundings): Promise<number> {
  const code = await withPlan(input, surroundings, ({ survey, style }) => {
    const made = survey.plan;
    surroundings.out(input.options["json"] === true ? `${JSON.stringify(made, null, 2)}\n` : renderPlan(made, style));
    return Promise.resolve(made.complete ? EXIT.done : EXIT.failed);
  });
  return code ?? EXIT.invalid;
}
