import { homedir } from "node:os";

import { systemClock } from "../../clock.ts";
import type { RunContext } from "../../run/run-context.ts";
import type { InterruptSignal } from "./exit-code.ts";

/** Everything of the process that commands use. The one place where globals are read. */
export interface ProcessContext extends RunContext {
  /** Writes to standard output and to standard error. */
  out: (text: string) => void;
  err: (text: string) => void;
  /** Whether standard output is a terminal that can be drawn on. */
  isTerminal: boolean;
  /** Of that terminal; undefined where it does not tell. May change at any time. */
  terminalSize: () => { rows: number | undefined; columns: number | undefined };
  /** Which signal that was. */
  interruptedBy: () => InterruptSignal | undefined;
}

export function createProcessContext(interrupt: {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}): ProcessContext {
  return {
    environment: process.env,
    homeDirectory: homedir(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY && process.env["CI"] === undefined && process.env["TERM"] !== "dumb",
    terminalSize: () => ({ rows: process.stdout.rows, columns: process.stdout.columns }),
    clock: systemClock,
    random: Math.random,
    signal: interrupt.signal,
    interruptedBy: interrupt.received,
  };
}
