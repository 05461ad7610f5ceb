import { open } from "node:fs/promises";

import type { Resolution } from "../../desired/sources/resolution.ts";
import { decodeText, readBoundedFile } from "../../desired/text/read-bounded-file.ts";
import { MirrorError } from "../../errors.ts";
import { holdToPlan, refuseOtherInputs, type SavedPlanTerms } from "../../plan/saved/hold-to-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { readSavedPlan, refusePlan, savedCopy, type SavedPlan } from "../../plan/saved/saved-plan.ts";
import type { ApplyInput } from "../definitions/apply.ts";

/** A saved plan that an apply is to be held to. */
export interface HeldPlan {
  narrowing: Plan["narrowing"];
  /** What sources need not be asked: the digests of the plan, where its origin is trusted. By full reference. */
  known: ReadonlyMap<string, Resolution>;
  /** @throws MirrorError PLAN_FILE when it was made of something else */
  refuseOtherInputs(now: Pick<Plan, "name" | "inputs">): void;
  /** @throws MirrorError PLAN_FILE when it names what the mirror file does not have */
  hold(fresh: Plan): Plan;
}

/** Room for a plan of as many images as a mirror file may ask for. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/**
 * Reads the plan that the command line names; undefined where it names none.
 * @throws MirrorError PLAN_FILE when it is none, USAGE for options that would plan something else
 */
export async function readHeldPlan(
  input: Pick<ApplyInput, "operands" | "partial" | "trustPlan" | "target" | "only">,
): Promise<HeldPlan | undefined> {
  const { operands, partial, trustPlan: isTrusted } = input;
  const [path] = operands;
  if (path === undefined) {
    if (partial || isTrusted)
      throw usage(`--${partial ? "partial" : "trust-plan"} is about a saved plan, and none is named`);
    return undefined;
  }
  for (const name of ["target", "only"] as const) {
    if (input[name].length > 0) throw usage(`--${name} cannot narrow a saved plan: it was made already`);
  }
  const terms: SavedPlanTerms = { path, partial };
  const saved = readSavedPlan(await readPlanText(path), path);
  return {
    narrowing: saved.narrowing,
    known: isTrusted ? knownFrom(saved) : new Map(),
    refuseOtherInputs: (now) => refuseOtherInputs(saved, now, terms),
    hold: (fresh) => holdToPlan(saved, fresh, terms),
  };
}

function knownFrom({ targets }: SavedPlan): Map<string, Resolution> {
  const copies = targets.flatMap(({ actions }) => actions.flatMap((action) => savedCopy(action) ?? []));
  // A pin of the mirror file is not the plan's to say.
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
    throw refusePlan(path, `it cannot be read: ${code}`);
  }
  throw refusePlan(path, `it is no UTF-8 text of at most ${MAX_PLAN_BYTES} bytes`);
}

function usage(message: string): MirrorError {
  const hint = "mirrorform apply --help shows the options.";
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the options of apply", hint });
}
