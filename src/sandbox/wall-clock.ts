/**
 * Tells the date and time. The sandbox's windows, token lifetimes and dates all follow one, which a test may move.
 * Unlike the `Clock` of mirrorform itself it cannot wait: nothing in a sandbox does.
 */
export type WallClock = () => Date;

/** The machine's own: what a sandbox follows unless it is given another. */
export const wallClock: WallClock = () => new Date();
