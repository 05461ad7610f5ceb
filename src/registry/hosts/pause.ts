/** A pause in requests to a host. */
export interface Pause {
  /** On the monotonic clock, in milliseconds. */
  until: number;
  /** Number of pauses in a row, without any other response in between. */
  count: number;
  /** Status of the response that caused the pause. */
  status: number;
}
