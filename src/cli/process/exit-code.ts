/** What a process of mirrorform ends with. 2 is kept for "changes are present". */
export const EXIT = {
  done: 0,
  failed: 1,
  /** From `plan --detailed-exitcode`, and from nothing else, ever. */
  changes: 2,
  invalid: 3,
  /** `apply` stopped at the floor of a pull allowance: what was done is complete, the rest is listed. */
  atFloor: 4,
  interrupted: { SIGINT: 130, SIGTERM: 143 },
} as const;

export type InterruptSignal = keyof typeof EXIT.interrupted;
