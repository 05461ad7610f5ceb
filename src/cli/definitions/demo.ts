import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS } from "../options/common-options.ts";

export const DEMO = {
  name: "demo",
  summary: "run plan, apply and plan again in a sandbox; needs no account",
  options: { json: FILE_OPTIONS.json, noColor: FILE_OPTIONS.noColor },
  examples: ["mirrorform demo"],
} as const;

export type DemoInput = InputOf<typeof DEMO>;
