import { open } from "node:fs/promises";

import type { Resolution } from "../../desired/sources/resolution.ts";
import { decodeText, readBoundedFile } from "../../desired/text/read-bounded-file.ts";
import { MirrorError } from "../../errors.ts";
import { holdToPlan, refuseOtherInputs, type SavedPlanTerms } from "../../plan/saved/hold-to-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { readSavedPlan, refusePlan, savedCopy, type SavedPlan } from "../../plan/saved/saved-plan.ts";
import type { ApplyInput } from "../definitions/apply.ts";

/** A saved plan that an apply carries out. */
export interface HeldPlan {
  narrowing: Plan["narrowing"];
  /** Digests that need no lookup at the source, by full reference: those of a trusted plan. */
  known: ReadonlyMap<string, Resolution>;
  /** @throws MirrorError PLAN_FILE if it was made from other inputs */
  refuseOtherInputs(now: Pick<Plan, "name" | "inputs">): void;
  /** @throws MirrorError PLAN_FILE if it names something that the mirror file does not declare */
  hold(fresh: Plan): Plan;
}

/** Enough for a plan with the maximum number of images in a mirror file. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/**
 * Reads the plan that the command line names; undefined if it names none.
 * @throws MirrorError PLAN_FILE if the file is not a plan, USAGE for options that change what is planned
 */
export async function readPlanToApply(
  input: Pick<ApplyInput, "operands" | "partial" | "trustPlan" | "target" | "only">,
): Promise<PlanToApply | undefined> {
  const { operands, partial, trustPlan: isTrusted } = input;
  const [path] = operands;
  if (path === undefined) {
    if (partial || isTrusted)
      throw usage(`--${partial ? "partial" : "trust-plan"} applies to a saved plan, and none is named`);
    return undefined;
  }
  for (const name of ["target", "only"] as const) {
    if (input[name].length > 0) throw usage(`--${name} cannot narrow a saved plan`);
  }
  const terms: SavedPlanTerms = { path, partial };
  const saved = readSavedPlan(await readPlanText(path), path);
  return {
    narrowing: saved.narrowing,
    known: isTrusted ? knownFrom(saved) : new Map(),
    refuseOtherInputs: (now) => refuseOtherInputs(saved, now, terms),
    restrict: (fresh) => holdToPlan(saved, fresh, terms),
  };
}

function knownFrom({ targets }: SavedPlan): Map<string, Resolution> {
  const copies = targets.flatMap(({ actions }) => actions.flatMap((action) => savedCopy(action) ?? []));
  // The mirror file decides about pinned digests, not the plan.
  const byTag = copies.filter(({ source }) => !source.includes("@"));
  return new Map(
    byTag.map(({ source, digest, mediaType }) => [source, { kind: "found", digest, mediaType, size: undefined }]),
  );
}

async function readPlanText(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const bytes = await readBoundedFile(file, MAX_PLAN_BYTES);
      const text = bytes === undefined ? undefined : decodeText(bytes);
      if (text !== undefined) return text;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unexpected error";
    throw refusePlan(path, `the file cannot be read: ${code}`);
  }
  throw refusePlan(path, `the file is not UTF-8 text of at most ${MAX_PLAN_BYTES} bytes`);
}

function usage(message: string): MirrorError {
  const hint = "run mirrorform apply --help for its options";
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the options of apply", hint });
}
