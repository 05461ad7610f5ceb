import { parseArgs } from "node:util";

/** Command line options. */
export interface Options {
  /** Names of cases. Empty for all. */
  cases: readonly string[];
  rounds: number;
  /** Whether to run mirrorform from source instead of the built package. */
  source: boolean;
}

const DEFAULT_ROUNDS = 3;

/** @throws Error for an invalid command line */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string" }, source: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds: expected a whole number of at least 1");
  return { cases: positionals, rounds, source: values.source };
}
