/**
 * Returns the current date and time. The sandbox's windows, token lifetimes and dates all use one clock, which a test
 * can move. Unlike mirrorform's `Clock`, it has no timers: the sandbox needs none.
 */
export type WallClock = () => Date;

/** The system clock, the sandbox's default. */
export const wallClock: WallClock = () => new Date();
