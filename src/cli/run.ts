import { readFile } from "node:fs/promises";

import { MirrorError, reportOf } from "../errors.ts";
import { readCommandLine } from "./command-line.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT } from "./exit-code.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { wantsColor } from "./output.ts";
import { renderError } from "./render/error-text.ts";
import { createStyle } from "./render/style.ts";
import { processSurroundings, type Surroundings } from "./surroundings.ts";

/** Runs a command line. The one place where errors become exit codes. */
export async function main(args: readonly string[], process: NodeJS.Process): Promise<number> {
  // A reader that went away (`mirrorform plan | head -1`) is no error of ours, and there is nobody to tell.
  process.stdout.on("error", () => process.exit(EXIT.failed));
  const interrupt = listenForInterrupt(process, (text) => void process.stderr.write(text));
  const surroundings = processSurroundings(interrupt);
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    return fail(error, args, surroundings);
  }
}

async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const request = readCommandLine(args, COMMANDS);
  switch (request.kind) {
    case "help":
      surroundings.out(request.command === undefined ? generalHelp() : commandHelp(request.command));
      return EXIT.done;
    case "version":
      surroundings.out(`${await version()}\n`);
      return EXIT.done;
    case "run":
      return request.command.run(request.input, surroundings);
  }
}

function fail(error: unknown, args: readonly string[], surroundings: Surroundings): number {
  const signal = surroundings.interruptedBy();
  const report = reportOf(signal === undefined ? error : interruptedEarly());
  if (args.includes("--json")) surroundings.out(`${JSON.stringify({ error: report }, null, 2)}\n`);
  else {
    const color = wantsColor(args.includes("--no-color"), surroundings);
    surroundings.err(renderError(report, createStyle({ color, abbreviateDigests: false })));
  }
  if (signal !== undefined) return EXIT.interrupted[signal];
  if (!(error instanceof MirrorError) && error instanceof Error) surroundings.err(`${error.stack ?? ""}\n`);
  return error instanceof MirrorError && error.code === "USAGE" ? EXIT.invalid : EXIT.failed;
}

/** Before an apply has a plan there is no report, and nothing to report. */
function interruptedEarly(): MirrorError {
  return new MirrorError("stopped before anything was changed", {
    code: "INTERRUPTED",
    side: "config",
    operation: "run mirrorform",
  });
}

async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
