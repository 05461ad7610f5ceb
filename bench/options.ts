import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  /** Names of cases; empty for all. */
  cases: readonly string[];
  rounds: number;
  /** Whether mirrorform runs from its sources, and not from its built package as users do. */
  source: boolean;
}

const DEFAULT_ROUNDS = 3;

/** @throws Error where the command line is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string" }, source: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds: expected a whole number from 1");
  return { cases: positionals, rounds, source: values.source };
}
