import type { ProcessContext } from "./process-context.ts";

/** Time that a command has to end by itself after a signal, in milliseconds. */
const GRACE = 1500;

/** Commands that change nothing, so that they may end at any time. `lock --check` is one, too. */
const READING: ReadonlySet<string> = new Set(["plan", "validate", "iam", "uris", "quota"]);

/** Whether a command line only reads. */
export function onlyReads(command: string, args: readonly string[]): boolean {
  return READING.has(command) || (command === "lock" && args.includes("--check"));
}

/**
 * Resolves some time after a signal: what a command waits for may not be abortable, such as a lookup of a host name, a
 * network disk or a child process.
 */
export function overdue({ signal, clock }: Pick<ProcessContext, "signal" | "clock">): Promise<void> {
  return new Promise((resolve) => {
    const start = (): void => void clock.after(GRACE, resolve);
    if (signal.aborted) start();
    else signal.addEventListener("abort", start, { once: true });
  });
}
