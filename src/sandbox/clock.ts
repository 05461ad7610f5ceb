/** Tells the time. The sandbox's windows, token lifetimes and dates all follow one clock, which a test may move. */
export type Clock = () => Date;

/** The machine's own clock: what a sandbox follows unless it is given another. */
export const systemClock: Clock = () => new Date();
