/** What a process of mirrorform ends with. 2 is kept for "changes are present", 4 for "stopped at the quota floor". */
export const EXIT = {
  done: 0,
  failed: 1,
  invalid: 3,
  interrupted: { SIGINT: 130, SIGTERM: 143 },
} as const;

export type InterruptSignal = keyof typeof EXIT.interrupted;
