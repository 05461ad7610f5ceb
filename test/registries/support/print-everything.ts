/** Prints the plan of every row, as `plan` does on this terminal. */
import { wantsColor } from "../../../src/cli/output/wants-color.ts";
import { renderPlan } from "../../../src/cli/render/plan-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { processSurroundings } from "../../../src/cli/process/process-context.ts";
import { everything } from "../../cli/render/everything.ts";

const surroundings = processSurroundings({ signal: new AbortController().signal, received: () => undefined });
const style = createStyle({
  color: wantsColor(false, surroundings),
  abbreviateDigests: surroundings.isTerminal,
  width: surroundings.terminalSize().columns,
});
surroundings.out(renderPlan(everything(), style));
