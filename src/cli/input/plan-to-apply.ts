import type { Resolution } from "../../desired/sources/resolution.ts";
import { decodeText } from "../../desired/text/read-bounded-file.ts";
import { readInput } from "../../desired/text/read-input.ts";
import { readFailure, systemCodeOf } from "../../file-failure.ts";
import { MirrorError } from "../../errors.ts";
import { refuseOtherInputs, type SavedPlanTerms } from "../../plan/saved/check-saved-plan.ts";
import { holdSteps } from "../../plan/saved/hold-to-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { refusePlan, savedPlanSteps, savedCopy, type SavedPlan } from "../../plan/saved/saved-plan.ts";
import { inSlices } from "../../slices.ts";
import type { ApplyInput } from "../definitions/apply.ts";

/** A saved plan that limits an apply. */
export interface PlanToApply {
  narrowing: Plan["narrowing"];
  /** With `--trust-plan`: the digests of the plan by full reference, instead of a request to the source. */
  known: ReadonlyMap<string, Resolution>;
  /** @throws MirrorError PLAN_FILE if the plan was made from other inputs */
  refuseOtherInputs(now: Pick<Plan, "name" | "inputs">): void;
  /**
   * Restricts a new plan to the actions of the saved one.
   * @throws MirrorError PLAN_FILE if the saved plan names something that is not in the mirror file
   */
  restrict(fresh: Plan): Promise<Plan>;
}

/** Enough for the largest number of images that a mirror file may declare. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/**
 * Reads the plan file in the command line, if there is one.
 * @throws MirrorError PLAN_FILE if the file is not a plan, USAGE for options that do not fit a saved plan
 */
export async function readPlanToApply(
  input: Pick<ApplyInput, "operands" | "partial" | "trustPlan" | "target" | "only">,
  signal: AbortSignal,
): Promise<PlanToApply | undefined> {
  const { operands, partial, trustPlan: isTrusted } = input;
  const [path] = operands;
  if (path === undefined) {
    if (partial || isTrusted) throw usage(`--${partial ? "partial" : "trust-plan"} requires a saved plan`);
    return undefined;
  }
  for (const name of ["target", "only"] as const) {
    if (input[name].length > 0)
      throw usage(`--${name} cannot narrow a saved plan`, `use --${name} with mirrorform plan --out FILE`);
  }
  const terms: SavedPlanTerms = { path, partial };
  const saved = await inSlices(savedPlanSteps(await readPlanText(path, signal), path), signal);
  return {
    narrowing: saved.narrowing,
    known: isTrusted ? knownFrom(saved) : new Map(),
    refuseOtherInputs: (now) => refuseOtherInputs(saved, now, terms),
    restrict: (fresh) => inSlices(holdSteps(saved, fresh, terms), signal),
  };
}

function knownFrom({ targets }: SavedPlan): Map<string, Resolution> {
  const copies = targets.flatMap(({ actions }) => actions.flatMap((action) => savedCopy(action) ?? []));
  // A digest that the mirror file pins never comes from the plan.
  const byTag = copies.filter(({ source }) => !source.includes("@"));
  return new Map(
    byTag.map(({ source, digest, mediaType }) => [source, { kind: "found", digest, mediaType, size: undefined }]),
  );
}

async function readPlanText(path: string, signal: AbortSignal): Promise<string> {
  try {
    const bytes = await readInput(path, 0, MAX_PLAN_BYTES, signal);
    const text = bytes === undefined ? undefined : decodeText(bytes);
    if (text !== undefined) return text;
  } catch (error) {
    signal.throwIfAborted();
    const hint =
      systemCodeOf(error) === "ENOENT" ? "check the path, or create a plan: mirrorform plan --out FILE" : undefined;
    throw refusePlan(path, `the file cannot be read: ${readFailure(error)}`, hint);
  }
  throw refusePlan(path, `the file is not UTF-8 text of at most ${MAX_PLAN_BYTES} bytes`);
}

function usage(message: string, hint = "run mirrorform apply --help to see its options"): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the options of apply", hint });
}
