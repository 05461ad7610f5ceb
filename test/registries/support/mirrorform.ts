import { run, type CommandOptions, type CommandResult } from "./command.ts";

const MAIN = new URL("../../../src/cli/main.ts", import.meta.url).pathname;

/** Runs the real command line in a process of its own, with this Node. */
export async function mirrorform(args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return await run(process.execPath, [MAIN, ...args], options);
}
