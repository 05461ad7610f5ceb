import type { InputOf } from "../options/command.ts";
import { outputFile, PLANNING_OPTIONS } from "../options/common-options.ts";
import { flag, text } from "../options/option.ts";

export const PLAN = {
  name: "plan",
  summary: "show what apply would change; changes nothing and uses no pulls",
  options: {
    ...PLANNING_OPTIONS,
    out: text("PLAN", "save the plan to this file, for apply"),
    explain: flag("list every tag that a rule considered, and the condition that dropped it"),
    detailedExitcode: flag(
      "exit with 2 if there is something to create, change or delete, or something is blocked or not resolved (default: 0)",
    ),
    markdown: outputFile("write the plan to FILE as Markdown for a pull request comment, at most 65,000 bytes"),
    summary: outputFile("append the plan to FILE as Markdown for $GITHUB_STEP_SUMMARY, at most 1 MB"),
    jsonOut: outputFile("write the output of --json to FILE as well"),
  },
  examples: [
    "mirrorform plan",
    "mirrorform plan --only 'node*'",
    "mirrorform plan --explain --only node",
    "mirrorform plan --out plan.json",
  ],
} as const;

export type PlanInput = InputOf<typeof PLAN>;
