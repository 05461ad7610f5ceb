/** Prints a plan with every kind of row, as `plan` does on this terminal. */
import { wantsColor } from "../../../src/cli/output/wants-color.ts";
import { renderPlan } from "../../../src/cli/render/plan-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { createProcessContext } from "../../../src/cli/process/process-context.ts";
import { everything } from "../../cli/render/everything.ts";

const context = createProcessContext({ signal: new AbortController().signal, received: () => undefined });
const style = createStyle({
  color: wantsColor(false, context),
  width: context.terminalSize().columns,
});
context.out(renderPlan(everything(), style));
