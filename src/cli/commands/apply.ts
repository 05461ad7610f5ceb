import { applyPlan } from "../../apply/apply-plan.ts";
import type { Report } from "../../apply/report.ts";
import type { Plan } from "../../plan/plan.ts";
import type { CommandInput } from "../command.ts";
import type { OpenTarget } from "../connections.ts";
import { EXIT } from "../exit-code.ts";
import { followProgress } from "../progress/follow.ts";
import { renderPlan } from "../render/plan-text.ts";
import { renderReport } from "../render/report-text.ts";
import { withPlan, type Session } from "../session.ts";
import type { Surroundings } from "../surroundings.ts";

/** `apply`: makes the plan, shows it, carries it out, and always ends with a report. */
export async function apply(input: CommandInput, surroundings: Surroundings): Promise<number> {
  const json = input.options["json"] === true;
  const code = await withPlan(input, surroundings, async (session) => {
    const { plan } = session.survey;
    if (!json) surroundings.out(`${renderPlan(plan, session.style)}\n`);
    const begun = surroundings.clock.now();
    const report = await carryOut(plan, session, surroundings, json);
    const pulls = plan.costs.map(({ registry }) => ({
      registry,
      spent: session.allowances.spent(registry),
      reading: session.allowances.reading(registry),
    }));
    const milliseconds = surroundings.clock.now() - begun;
    surroundings.out(
      json
        ? `${JSON.stringify({ ...report, plan, pulls, milliseconds }, null, 2)}\n`
        : renderReport(report, { plan, pulls, milliseconds }, session.style),
    );
    return exitCode(plan, report, surroundings);
  });
  return code ?? EXIT.invalid;
}

async function carryOut(plan: Plan, session: Session, surroundings: Surroundings, quiet: boolean): Promise<Report> {
  const { connections, allowances, events, survey, style } = session;
  const progress = quiet ? undefined : followProgress(plan, events, style, surroundings);
  const target = (name: string): OpenTarget => {
    const open = survey.targets.get(name);
    if (open === undefined) throw new Error(`target ${name} is not open`);
    return open;
  };
  const applied = applyPlan({
    plan,
    source: (registry) => {
      const source = connections.source(registry);
      return { readManifest: source.getManifest, openBlob: source.openBlob };
    },
    target: (name) => target(name).images,
    admin: (name) => target(name).admin,
    hasAllowance: allowances.has,
    emit: events.emit,
    clock: surroundings.clock,
    random: surroundings.random,
    signal: surroundings.signal,
  });
  try {
    return await applied;
  } finally {
    await progress?.end();
  }
}

/** Interrupted before failed: a run that was stopped has not judged what it did not do. */
function exitCode(plan: Plan, report: Report, surroundings: Surroundings): number {
  const signal = surroundings.interruptedBy();
  if (signal !== undefined) return EXIT.interrupted[signal];
  const failed = report.outcomes.some(({ result }) => result === "failed");
  return failed || !plan.complete || plan.totals.blocked > 0 ? EXIT.failed : EXIT.done;
}
