import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import { startSandbox } from "../../sandbox/sandbox.ts";
import { APPLY } from "../definitions/apply.ts";
import type { DemoInput } from "../definitions/demo.ts";
import { PLAN, type PlanInput } from "../definitions/plan.ts";
import { defaultInput } from "../options/command.ts";
import { EXIT } from "../process/exit-code.ts";
import { nextSteps } from "../render/next-steps.ts";
import { renderPlan } from "../render/plan-text.ts";
import { sandboxEnvironment, sandboxNeeds } from "./sandbox-environment.ts";
import { withPlan } from "../input/session.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { apply } from "./apply.ts";
import { loadMirrorFile } from "../input/load-mirror-file.ts";
import { plan } from "./plan.ts";

/** The mirror file that ships with mirrorform: next to `src` in a checkout, next to `dist` in the package. */
const SHIPPED = fileURLToPath(new URL("../../../mirrors.yaml", import.meta.url));

/** Runs `demo`: plan, apply and plan again in a sandbox. Fails if the second plan still has something to do. */
export async function demo(given: DemoInput, context: ProcessContext): Promise<number> {
  const file = relative(process.cwd(), SHIPPED);
  const { json, noColor } = given;
  const planInput = { ...defaultInput(PLAN), file, json, noColor };
  const applyInput = { ...defaultInput(APPLY), file, json, noColor };
  const clean = { ...context, environment: sandboxEnvironment(context, {}) };
  const mirrors = await loadMirrorFile(planInput, clean);
  if (mirrors === undefined) return EXIT.invalid;
  const sandbox = await startSandbox(sandboxNeeds(mirrors));
  try {
    let output = "";
    const inside = {
      ...context,
      environment: sandboxEnvironment(context, sandbox.environment),
      out: json ? (text: string) => void (output += text) : context.out,
    };
    const results: { command: string; code: number; document: unknown }[] = [];
    const steps = [
      ["mirrorform plan", () => plan(planInput, inside)],
      ["mirrorform apply", () => apply(applyInput, inside, true)],
      ["mirrorform plan", () => planWithoutChanges(planInput, inside)],
    ] as const;
    let code: number = EXIT.done;
    for (const [command, step] of steps) {
      if (!json) context.out(`\n$ ${command}\n`);
      code = await step();
      if (json) results.push({ command, code, document: JSON.parse(output) });
      output = "";
      if (code !== EXIT.done) break;
    }
    if (json) context.out(`${JSON.stringify({ steps: results }, null, 2)}\n`);
    else if (code === EXIT.done) context.out(nextSteps(context.environment, import.meta.url.endsWith(".ts")));
    return code;
  } finally {
    await sandbox.close();
  }
}

async function planWithoutChanges(input: PlanInput, context: ProcessContext): Promise<number> {
  const code = await withPlan(input, context, ({ survey, style }) => {
    context.out(input.json ? JSON.stringify(survey.plan) : renderPlan(survey.plan, style));
    const { create, change } = survey.plan.totals;
    return Promise.resolve(survey.plan.complete && create + change === 0 ? EXIT.done : EXIT.failed);
  });
  return code ?? EXIT.invalid;
}
