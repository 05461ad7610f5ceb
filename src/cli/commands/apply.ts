import { applyPlan } from "../../apply/apply-plan.ts";
import { createPullQueue, type PullQueue } from "../../apply/pulls/pull-queue.ts";
import { createWaitBudget, type WaitBudget } from "../../apply/pulls/wait-budget.ts";
import type { Outcome, Report } from "../../apply/report.ts";
import { MirrorError } from "../../errors.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ApplyInput } from "../definitions/apply.ts";
import type { OpenTarget } from "../../run/connections.ts";
import { openEventLog } from "../output/event-log.ts";
import { EXIT } from "../process/exit-code.ts";
import { readPlanToApply } from "../input/plan-to-apply.ts";
import { endOf } from "../process/end-of-run.ts";
import type { ReportDocument } from "../output/report-document.ts";
import { refuseUnwritable, writeOutput } from "../output/output-file.ts";
import { followProgress } from "../progress/follow.ts";
import { inSlices } from "../../slices.ts";
import { planTextSteps } from "../render/plan-text.ts";
import { reportTextSteps } from "../render/report-text.ts";
import { freeBuffersEarly } from "../../run/free-buffers.ts";
import { writeOrReport } from "../output/write-or-report.ts";
import { withPlan, type Session } from "../input/session.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** How often apply makes a new plan while the pull limit is reached. */
const REPLAN_INTERVAL_MS = 60_000;

/**
 * Runs `apply`: makes a plan, shows it, carries it out, and always ends with a report.
 * @param isPlanShown whether the same plan is on the screen already
 */
export async function apply(input: ApplyInput, context: ProcessContext, isPlanShown = false): Promise<number> {
  const { report: file } = input;
  try {
    return (await planAndCarryOut(input, context, isPlanShown)) ?? EXIT.invalid;
  } catch (error) {
    const document = `${JSON.stringify({ error: endOf(error, "apply", context) }, null, 2)}\n`;
    // If this fails too, the first error is the one to report.
    if (file !== undefined) await writeOutput(file, document).catch(() => undefined);
    throw error;
  }
}

/** @returns the exit code; undefined if the mirror file or its lock file is not valid */
async function planAndCarryOut(
  input: ApplyInput,
  context: ProcessContext,
  isPlanShown: boolean,
): Promise<number | undefined> {
  const { json, wait, events, report: file } = input;
  const saved = await readPlanToApply(input, context.signal);
  const work = async (session: Session): Promise<number> => {
    const waits = createWaitBudget(wait, context.clock);
    const fresh = await waitForPlan(session, waits, context);
    const plan = saved === undefined ? fresh : await saved.restrict(fresh);
    if (!json && !isPlanShown) context.out(`${await inSlices(planTextSteps(plan, session.style), context.signal)}\n`);
    const started = context.clock.monotonic();
    const log = events !== undefined ? await openEventLog(events, context) : undefined;
    if (log !== undefined) session.events.listen(log.listen);
    const report = await carryOut(plan, session, context, { showsProgress: !json, waits }).finally(() => log?.close());
    const pulls = plan.costs.map(({ registry }) => ({
      registry,
      spent: session.pullBudgets.spent(registry),
      ...session.pullBudgets.known(registry),
    }));
    const milliseconds = Math.round(context.clock.monotonic() - started);
    const contents: ReportDocument = { ...report, plan, pulls, milliseconds };
    const document = `${JSON.stringify(contents, null, 2)}\n`;
    const text = () => inSlices(reportTextSteps(report, { plan, pulls, milliseconds }, session.style));
    context.out(json ? document : await text());
    // Printed first: a report file that cannot be written must not hide what was done.
    const write = async () => void (file !== undefined && (await writeOutput(file, document)));
    const isWritten = await writeOrReport(write, session.style, context);
    const code = exitCode(plan, report, context);
    return isWritten || context.interruptedBy() !== undefined ? code : EXIT.failed;
  };
  // Runs after validation: an invalid file takes precedence over one that cannot be written.
  const ready = async () => void (file !== undefined && (await refuseUnwritable(file)));
  return withPlan(input, context, work, { saved, ready });
}

/** Creates a queue for each source that counts pulls. */
function pullQueues(plan: Plan, { pullBudgets, events }: Session, waits: WaitBudget): Map<string, PullQueue> {
  return new Map(
    plan.costs.flatMap(({ registry }) => {
      const budget = pullBudgets.budget(registry);
      if (budget === undefined) return [];
      const onWait = (pulls: number, milliseconds: number) =>
        events.emit({ type: "pulls.awaited", registry, pulls, milliseconds });
      return [[registry, createPullQueue(budget, { waits, onWait })]];
    }),
  );
}

async function carryOut(
  plan: Plan,
  session: Session,
  context: ProcessContext,
  { showsProgress, waits }: { showsProgress: boolean; waits: WaitBudget },
): Promise<Report> {
  const { connections, events, survey, style } = session;
  const progress = showsProgress ? followProgress(plan, events, style, context) : undefined;
  events.listen((event) => {
    if (event.type === "pulls.awaited" && progress?.isRedrawn !== true)
      context.err(`Waiting for Docker Hub pulls: ${event.pulls} more needed.\n`);
  });
  const queues = pullQueues(plan, session, waits);
  const target = (name: string): OpenTarget => {
    const open = survey.targets.get(name);
    if (open === undefined) throw new Error(`target ${name} is not open`);
    return open;
  };
  const applied = applyPlan({
    plan,
    source: (registry) => connections.imageSource(registry),
    registry: (registry) => connections.source(registry),
    target: (name) => target(name).images,
    admin: (name) => target(name).admin,
    pulls: (registry) => queues.get(registry),
    probe: async (registry, repository, digest) => {
      const head = await connections.source(registry).headManifest(repository, digest, context.signal);
      if (head === undefined) throw deletedAtSource(`${registry}/${repository}@${digest}`);
    },
    emit: events.emit,
    clock: context.clock,
    random: context.random,
    signal: context.signal,
    onBytesPassed: freeBuffersEarly(),
  });
  try {
    return await applied;
  } finally {
    await progress?.end();
  }
}

/**
 * Makes new plans until the source answers. Once the pull limit is reached, the source refuses even HEAD.
 */
async function waitForPlan(session: Session, waits: WaitBudget, { err, signal }: ProcessContext): Promise<Plan> {
  while (waits.remaining() > 0 && session.survey.plan.totals.postponed > 0 && !signal.aborted) {
    err("Waiting for Docker Hub pulls: the pull limit is reached, and tags cannot be looked up.\n");
    await waits.wait(REPLAN_INTERVAL_MS, signal);
    await session.replan();
  }
  return session.survey.plan;
}

/** Returns the error for an image that was deleted at the source. Waiting cannot help. */
function deletedAtSource(reference: string): MirrorError {
  return new MirrorError("the source no longer has this image", {
    code: "MANIFEST_UNKNOWN",
    side: "source",
    operation: "look up manifest",
    reference,
  });
}

/**
 * Returns the exit code. An interrupt takes precedence, because the result of the rest of the run is unknown. A pull limit
 * that was reached before the plan is the same as one that is reached later.
 */
function exitCode(plan: Plan, report: Report, context: ProcessContext): number {
  const signal = context.interruptedBy();
  if (signal !== undefined) return EXIT.interrupted[signal];
  const has = (wanted: Outcome["result"]) => report.outcomes.some(({ result }) => result === wanted);
  if (has("failed") || !plan.complete || plan.totals.blocked > 0) return EXIT.failed;
  return has("postponed") || plan.totals.postponed > 0 ? EXIT.pullLimitReached : EXIT.done;
}
