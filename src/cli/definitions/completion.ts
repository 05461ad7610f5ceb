import { SHELLS } from "../completion/scripts.ts";
import type { InputOf } from "../options/command.ts";

export const COMPLETION = {
  name: "completion",
  summary: "print a script that makes a shell complete mirrorform's command lines",
  options: {},
  operands: { usage: "bash|zsh|fish", most: 1, help: "the shell", choices: SHELLS },
  examples: ['eval "$(mirrorform completion bash)"', "mirrorform completion fish | source"],
} as const;

export type CompletionInput = InputOf<typeof COMPLETION>;
