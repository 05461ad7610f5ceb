import { runCommandLine } from "../../src/cli/run.ts";
import type { ProcessContext } from "../../src/cli/process/process-context.ts";
import { systemClock } from "../../src/clock.ts";

/** What a command line came to without a process of its own. */
export interface RanHere {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process, in its folder, where nobody interrupts it and nothing is a terminal unless said. */
export async function runHere(
  args: readonly string[],
  environment: ProcessContext["environment"],
  homeDirectory = "/nonexistent",
  isTerminal = false,
  clock = systemClock,
): Promise<RanHere> {
  const said = { out: "", err: "" };
  const code = await runCommandLine(args, {
    environment,
    homeDirectory,
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isTerminal,
    terminalSize: () => ({ rows: undefined, columns: undefined }),
    clock,
    random: Math.random,
    signal: new AbortController().signal,
    interruptedBy: () => undefined,
  });
  return { code, stdout: said.out, stderr: said.err };
}
