/** The exit codes. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Something is to create, change or delete, or is blocked or not resolved: only from `plan --detailed-exitcode`. */
  changes: 2,
  invalid: 3,
  /** From `apply` and `lock`: what was done is complete, and the output lists the rest. */
  pullLimitReached: 4,
  interrupted: { SIGINT: 130, SIGTERM: 143 },
} as const;

export type InterruptSignal = keyof typeof EXIT.interrupted;
