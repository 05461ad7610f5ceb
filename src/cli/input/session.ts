import { readAllowDeletions } from "../../run/allow-deletions.ts";
import { createPullBudgets, type PullBudgets } from "../../run/pull-budgets.ts";
import type { PLANNING_OPTIONS } from "../options/common-options.ts";
import type { OptionValues } from "../options/option.ts";
import { loadWithLock } from "./load-lock.ts";
import { openConnections, type Connections } from "../../run/connections.ts";
import { expand, type Unopened } from "../../run/expand-entries.ts";
import { createEventStream, type EventStream } from "../output/event-stream.ts";
import type { PlanToApply } from "./plan-to-apply.ts";
import { narrow } from "../../run/narrow.ts";
import { followReading } from "../progress/follow-reading.ts";
import { createPlanSteps, type PlanSteps } from "../../run/plan-steps.ts";
import { outputWidth } from "../output/text-width.ts";
import { wantsColor } from "../output/wants-color.ts";
import { createStyle, type Style } from "../render/text/style.ts";
import { planInputs } from "./plan-inputs.ts";
import { warnOfRegions } from "../output/region-warnings.ts";
import { logRequests } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { survey, type Survey, type SurveyOptions } from "../../run/survey.ts";

/** What `plan` and `apply` share: a narrowed mirror file, connections to its registries, and a plan. */
export interface Session {
  connections: Connections;
  pullBudgets: PullBudgets;
  events: EventStream;
  style: Style;
  /** The latest survey. */
  survey: Survey;
  /** Makes a new plan from the current state of the registries. */
  replan(): Promise<void>;
}

/** The options that `plan` and `apply` share. */
type PlanningInput = OptionValues<typeof PLANNING_OPTIONS> & { explain?: boolean; report?: string | undefined };

/**
 * Reads the mirror file, makes the plan, and passes both to `work`. Closes every connection afterwards.
 * @param saved a saved plan: the new plan has the same `--target` and `--only`, and the digests that the user trusts
 * @param ready called after validation and before the first request; an error that it throws ends the run
 * @param moves whether the plan shows locked tags that moved upstream; this takes one HEAD for each locked tag
 * @returns the result of `work`; undefined if the mirror file or its lock file is not valid, after reporting why
 */
export async function withPlan(
  input: PlanningInput,
  context: ProcessContext,
  work: (session: Session) => Promise<number>,
  {
    moves = "hidden",
    saved,
    ready,
  }: { moves?: "shown" | "hidden"; saved?: PlanToApply | undefined; ready?: () => Promise<void> } = {},
): Promise<number | undefined> {
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return undefined;
  const lock = loaded.lock === undefined ? undefined : { path: loaded.lock.path, showsMoves: moves === "shown" };
  const narrowing = saved?.narrowing ?? {
    targets: [...input.target],
    only: [...input.only],
  };
  const { file, narrowedBy, select } = await narrow(loaded.file, narrowing.targets, narrowing.only, context.signal);
  const inputs = planInputs(loaded);
  saved?.refuseOtherInputs({ name: file.name, inputs });
  const allowDeletions = readAllowDeletions(input.allowDeletions, loaded.file);
  await ready?.();
  const events = createEventStream();
  const pullBudgets = createPullBudgets(file.sources, context.environment);
  events.listen(pullBudgets.listener);
  await logRequests(input, events, context);
  warnOfRegions(events, context);
  const connections = openConnections(file.sources, pullBudgets, events.emit, context);
  try {
    const { signal } = context;
    const content = contentReader(connections);
    const explained = input.explain === true;
    // With a lock file, all entries are expanded, because they share its lines. Without one, only the narrowed entries are.
    const expandAll = async (unopened: Unopened, steps: PlanSteps) => {
      const all = await expand(
        loaded.lock === undefined ? file : loaded.file,
        loaded.lock?.lines,
        connections,
        unopened,
        steps,
        context,
      );
      return { all, selected: await select(all) };
    };
    const date = () => utcDate(context.clock.now());
    const inputsOfSurvey = { file, whole: loaded.file, narrowedBy, narrowing, inputs, allowDeletions, date };
    const options = { ...inputsOfSurvey, known: saved?.known ?? new Map(), lock, explained };
    const makeSurvey = async () => {
      const progress = followReading(input, events, context);
      const steps = createPlanSteps(events.emit);
      try {
        const expand = (unopened: Unopened) => expandAll(unopened, steps);
        return await survey({ ...options, expand, connections, pullBudgets, content, steps, signal });
      } finally {
        progress.end();
      }
    };
    const color = wantsColor(input.noColor, context);
    const style = createStyle({ color, width: outputWidth(context) });
    const session: Session = {
      connections,
      pullBudgets,
      events,
      style,
      survey: await makeSurvey(),
      replan: async () => void (session.survey = await makeSurvey()),
    };
    return await work(session);
  } finally {
    await connections.close();
  }
}

/** Reads the sizes of images from Docker Hub's catalogue. */
function contentReader(connections: Connections): SurveyOptions["content"] {
  return (reference, digest, signal) =>
    connections.catalogue("optional")?.describe(reference, digest, signal) ?? Promise.resolve(undefined);
}

/** Formats a date as `20260131`, in UTC. */
function utcDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10).replaceAll("-", "");
}
