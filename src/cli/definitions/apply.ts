import type { InputOf } from "../options/command.ts";
import { outputFile, PLANNING_OPTIONS } from "../options/common-options.ts";
import { flag } from "../options/option.ts";
import { WAIT } from "../options/wait-duration.ts";

export const APPLY = {
  name: "apply",
  summary: "apply a saved plan, or make a plan and apply it",
  options: {
    ...PLANNING_OPTIONS,
    wait: WAIT,
    partial: flag("apply a saved plan even if it is incomplete because something could not be read"),
    trustPlan: flag("copy the digests in the saved plan even if tags have moved; use only with a plan you trust"),
    report: outputFile("write the output of --json to FILE as well, even if the run fails"),
    events: outputFile("write events to FILE as they happen, one JSON document per line"),
  },
  operands: { usage: "[PLAN]", most: 1, help: "saved plan from plan --out (default: make a new plan)" },
  examples: [
    "mirrorform apply",
    "mirrorform apply --target seoul",
    "mirrorform apply --wait 30m",
    "mirrorform apply plan.json",
  ],
} as const;

export type ApplyInput = InputOf<typeof APPLY>;
