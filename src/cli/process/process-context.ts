import { homedir } from "node:os";
import { createInterface } from "node:readline/promises";
import { addAbortSignal } from "node:stream";

import { systemClock } from "../../clock.ts";
import type { RunContext } from "../../run/run-context.ts";
import { createInterruptNotice, type InterruptNotice } from "./interrupt-notice.ts";
import type { InterruptSignal } from "./exit-code.ts";

/** What commands use of the process. Only {@link createProcessContext} reads globals. */
export interface ProcessContext extends RunContext {
  /** Returns standard input, which can be read once. Missing: there is none. */
  standardInput?: () => AsyncIterable<Uint8Array>;
  /** Writes to standard output. */
  out: (text: string) => void;
  /** Writes to standard error. */
  err: (text: string) => void;
  /** Writes commands for the CI service, which `out` and `err` would escape. Missing: `out` and `err` escape nothing. */
  commands?: { out: (text: string) => void; err: (text: string) => void };
  /** Whether standard output is a terminal that supports redrawing. */
  isTerminal: boolean;
  /** The same for standard error, where progress is shown while a command reads. */
  isErrorTerminal: boolean;
  /** Returns the current size of the terminal; undefined if it is unknown. */
  terminalSize: () => { rows: number | undefined; columns: number | undefined };
  /** Returns the signal that interrupted the run. */
  interruptedBy: () => InterruptSignal | undefined;
  /** Asks the person at the terminal. Missing where nobody can answer. */
  ask?: (question: string) => Promise<string>;
  /** Where the notice of an interrupt appears. */
  interruptNotice: InterruptNotice;
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}

export function createProcessContext(interrupt: {
  signal: AbortSignal;
  received: () => InterruptSignal | undefined;
}): ProcessContext {
  const err = (text: string) => void process.stderr.write(text);
  const canRedraw = process.env["CI"] === undefined && process.env["TERM"] !== "dumb";
  return {
    environment: process.env,
    homeDirectory: homedir(),
    // Destroyed by a signal, because a terminal or a pipe may never end.
    standardInput: () => addAbortSignal(interrupt.signal, process.stdin),
    out: (text) => void process.stdout.write(text),
    err,
    isTerminal: process.stdout.isTTY && canRedraw,
    isErrorTerminal: process.stderr.isTTY && canRedraw,
    terminalSize: () => {
      const { rows, columns } = process.stdout.isTTY ? process.stdout : process.stderr;
      return { rows, columns };
    },
    clock: systemClock,
    random: Math.random,
    signal: interrupt.signal,
    interruptedBy: interrupt.received,
    interruptNotice: createInterruptNotice(err),
    ...(process.stdin.isTTY && process.stdout.isTTY
      ? { ask: (question) => askOnTerminal(question, interrupt.signal) }
      : {}),
  };
}
