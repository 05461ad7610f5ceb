import { readCommandLine } from "../../src/cli/command-line.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { systemClock } from "../../src/clock.ts";
import { MirrorError } from "../../src/errors.ts";

/** What a command line came to without a process of its own: an error that it threw is code 1. */
export interface RanHere {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process, where tests run so many that processes would take too long. */
export async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RanHere> {
  const said = { out: "", err: "" };
  const request = readCommandLine(args, COMMANDS);
  if (request.kind !== "run") throw new Error("no command");
  try {
    const code = await request.command.run(request.input, {
      environment,
      homeDirectory: "/nonexistent",
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      isTerminal: false,
      terminalSize: () => ({ rows: undefined, columns: undefined }),
      clock: systemClock,
      random: Math.random,
      signal: new AbortController().signal,
      interruptedBy: () => undefined,
    });
    return { code, stdout: said.out, stderr: said.err };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { code: 1, stdout: said.out, stderr: `${said.err}${error.code}: ${error.message} ${error.hint ?? ""}` };
  }
}
