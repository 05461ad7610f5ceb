import type { InputOf } from "../options/command.ts";
import { FILE_OPTIONS, outputFile } from "../options/common-options.ts";

export const VALIDATE = {
  name: "validate",
  summary: "check the mirror file and its lock file; uses no network",
  options: { ...FILE_OPTIONS, codeQuality: outputFile("write the problems to FILE as a GitLab Code Quality report") },
  examples: ["mirrorform validate", "mirrorform validate --file teams/web.yaml"],
} as const;

export type ValidateInput = InputOf<typeof VALIDATE>;
