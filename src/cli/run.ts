import { shortened, terminalText } from "../plain-text.ts";
import { MirrorError, reportOf } from "../errors.ts";
import type { Command } from "./options/command.ts";
import { readCommandLine } from "./options/command-line.ts";
import { COMPLETE } from "./completion/scripts.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT } from "./process/exit-code.ts";
import { commandHelp, generalHelp } from "./options/help.ts";
import { listenForInterrupt, type Interrupt } from "./process/interrupt.ts";
import { onlyReads, overdue } from "./process/overdue.ts";
import { endOf } from "./process/end-of-run.ts";
import { watchStandardStreams } from "./output/standard-streams.ts";
import { errorWidth } from "./output/text-width.ts";
import { wantsColor } from "./output/wants-color.ts";
import { withoutCommands } from "./output/workflow-commands.ts";
import { renderError } from "./render/text/error-text.ts";
import { createStyle } from "./render/text/style.ts";
import { createProcessContext, type ProcessContext } from "./process/process-context.ts";
import { version } from "./process/version.ts";

/**
 * Runs a command line in the context of a process. After a signal, the process does not wait for what is still open, such
 * as a child process of the AWS SDK.
 * @returns the exit code, and whether to exit at once
 */
export async function main(
  args: readonly string[],
  process: NodeJS.Process,
): Promise<{ code: number; isUrgent: boolean }> {
  const interrupt = listenForInterrupt(process);
  const code = await runIn(process, interrupt, args);
  return { code, isUrgent: interrupt.received() !== undefined };
}

async function runIn(process: NodeJS.Process, interrupt: Interrupt, args: readonly string[]): Promise<number> {
  const lostOutput = watchStandardStreams(process);
  const context = withoutCommands(createProcessContext(interrupt));
  const code = await runCommandLine(args, context);
  const lost = await lostOutput();
  if (lost === undefined) return code;
  context.err(renderError(reportOf(lost), createStyle({ color: false, width: errorWidth(context) })));
  return BEFORE_FAILED.has(code) ? code : EXIT.failed;
}

/** Exit codes that take precedence over 1. */
const BEFORE_FAILED: ReadonlySet<number> = new Set([EXIT.invalid, ...Object.values(EXIT.interrupted)]);

/** Runs a command line, and maps errors to exit codes. @returns the exit code */
export async function runCommandLine(args: readonly string[], process: ProcessContext): Promise<number> {
  const context = withoutCommands(process);
  try {
    return await dispatch(args, context);
  } catch (error) {
    return fail(error, args, context);
  }
}

async function dispatch(args: readonly string[], context: ProcessContext): Promise<number> {
  if (args[0] === COMPLETE) {
    await (await import("./completion/answer.ts")).answerCompletion(args.slice(1), context);
    return EXIT.done;
  }
  const request = readCommandLine(args, COMMANDS);
  switch (request.kind) {
    case "help":
      context.out(helpText(request.command, context));
      return EXIT.done;
    case "version":
      context.out(`${version()}\n`);
      return EXIT.done;
    case "run":
      if (request.command.definition.takesCommand === true) return request.run(context);
      announceInterrupt(request.command.definition.name, context);
      return interruptedOr(await run(request, args, context), context);
  }
}

/** Runs a command. One that only reads is left behind if it does not end after a signal. */
async function run(
  { command, run }: Extract<ReturnType<typeof readCommandLine>, { kind: "run" }>,
  args: readonly string[],
  context: ProcessContext,
): Promise<number> {
  const running = run(context);
  if (!onlyReads(command.definition.name, args)) return running;
  const late = overdue(context).then(() => Promise.reject(new Error("interrupted")));
  return Promise.race([running, late]);
}

function helpText(command: Command | undefined, { isTerminal, terminalSize }: ProcessContext): string {
  const width = isTerminal ? terminalSize().columns || undefined : undefined;
  return command === undefined ? generalHelp(COMMANDS, width) : commandHelp(command, width);
}

/** Returns the exit code of a run. An interrupt takes precedence, because the result of the rest of the run is unknown. */
function interruptedOr(code: number, { interruptedBy }: ProcessContext): number {
  const signal = interruptedBy();
  return signal === undefined ? code : EXIT.interrupted[signal];
}

/** Prints a message at the first signal. The command of `sandbox -- COMMAND` prints its own. */
function announceInterrupt(command: string, { signal, interruptNotice }: ProcessContext): void {
  const announce = () =>
    interruptNotice.show(`Interrupted: stopping mirrorform ${command}. Press Ctrl-C again to exit at once.\n`);
  signal.addEventListener("abort", announce, { once: true });
}

/** Errors of the command line and its input files. */
const INVALID: ReadonlySet<string> = new Set(["USAGE", "INVALID_FILE", "PLAN_FILE"]);

function fail(error: unknown, args: readonly string[], context: ProcessContext): number {
  const signal = context.interruptedBy();
  // Arguments after -- belong to another program.
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const command = own.find((arg) => COMMANDS.some(({ definition }) => definition.name === arg));
  const report = endOf(error, command, context);
  if (own.includes("--json")) context.out(`${JSON.stringify({ error: report }, null, 2)}\n`);
  else {
    const color = wantsColor(own.includes("--no-color"), context);
    context.err(renderError(report, createStyle({ color, width: errorWidth(context) })));
  }
  if (signal !== undefined) return EXIT.interrupted[signal];
  if (!(error instanceof MirrorError) && error instanceof Error)
    context.err(`${terminalLines(shortened(error.stack ?? "", MAX_STACK_LENGTH))}\n`);
  return error instanceof MirrorError && INVALID.has(error.code) ? EXIT.invalid : EXIT.failed;
}

/** Most characters of the stack of an unexpected error. Its message can quote text from outside. */
const MAX_STACK_LENGTH = 4000;

function terminalLines(text: string): string {
  return text.split("\n").map(terminalText).join("\n");
}
