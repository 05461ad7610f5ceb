/** A host that asked for time. */
export interface Pause {
  /** Milliseconds since 1970. */
  until: number;
  /** Pauses in a row, without an answer of another kind in between. */
  count: number;
  /** The answer that asked for it. */
  status: number;
}
