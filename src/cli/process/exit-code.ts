/** Exit codes. 2 always means "changes are present". */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Only from `plan --detailed-exitcode`. */
  changes: 2,
  invalid: 3,
  /** `apply` reached the pull limit: what it did is complete, and the rest is listed. */
  atFloor: 4,
  interrupted: { SIGINT: 130, SIGTERM: 143 },
} as const;

export type InterruptSignal = keyof typeof EXIT.interrupted;
