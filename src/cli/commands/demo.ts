import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { startSandbox } from "../../sandbox/sandbox.ts";
import { APPLY } from "../definitions/apply.ts";
import type { DemoInput } from "../definitions/demo.ts";
import { PLAN, type PlanInput } from "../definitions/plan.ts";
import { defaultInput } from "../options/command.ts";
import { EXIT } from "../process/exit-code.ts";
import { nextSteps } from "../render/next-steps.ts";
import { inSlices } from "../../slices.ts";
import { planTextSteps } from "../render/plan-text.ts";
import { sandboxEnvironment, sandboxNeeds } from "./sandbox-environment.ts";
import { withPlan } from "../input/session.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { findProgram, type Program } from "../process/program.ts";
import { apply } from "./apply.ts";
import { loadMirrorFile } from "../input/load-mirror-file.ts";
import { plan } from "./plan.ts";

/** The folder of mirrorform with the mirror file that it ships: above `src` in a checkout, above `dist` in the package. */
const FOLDER = fileURLToPath(new URL("../../..", import.meta.url));
const SHIPPED = join(FOLDER, "mirrors.yaml");

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
    else if (code === EXIT.done) context.out(nextSteps(programOf(context)));
    return code;
  } finally {
    await sandbox.close();
  }
}

function programOf({ environment }: ProcessContext): Program {
  const isCheckout = import.meta.url.endsWith(".ts");
  return findProgram({ folder: FOLDER, isCheckout, environment, workingFolder: process.cwd() });
}

async function planWithoutChanges(input: PlanInput, context: ProcessContext): Promise<number> {
  const code = await withPlan(input, context, async ({ survey, style }) => {
    const text = () => inSlices(planTextSteps(survey.plan, style), context.signal);
    context.out(input.json ? JSON.stringify(survey.plan) : await text());
    const { create, change } = survey.plan.totals;
    return survey.plan.complete && create + change === 0 ? EXIT.done : EXIT.failed;
  });
  return code ?? EXIT.invalid;
}
