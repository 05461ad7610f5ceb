import { runCommandLine } from "../../src/cli/run.ts";
import type { ProcessContext } from "../../src/cli/process/process-context.ts";
import { createInterruptNotice } from "../../src/cli/process/interrupt-notice.ts";
import { systemClock } from "../../src/clock.ts";

/** The result of a command line that ran in this process. */
export interface RanHere {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process and its current folder, without signals and, by default, without a terminal. */
export async function runHere(
  args: readonly string[],
  environment: ProcessContext["environment"],
  homeDirectory = "/nonexistent",
  isTerminal = false,
  clock = systemClock,
): Promise<RanHere> {
  const output = { out: "", err: "" };
  const code = await runCommandLine(args, {
    environment,
    homeDirectory,
    out: (text) => void (output.out += text),
    err: (text) => void (output.err += text),
    isTerminal,
    terminalSize: () => ({ rows: undefined, columns: undefined }),
    clock,
    random: Math.random,
    signal: new AbortController().signal,
    interruptedBy: () => undefined,
    isErrorTerminal: isTerminal,
    interruptNotice: createInterruptNotice((text) => void (output.err += text)),
  });
  return { code, stdout: output.out, stderr: output.err };
}
