/** Shows the progress of an apply. */
export interface Progress {
  /** Stops showing progress. Resolves after the last output. */
  end(): Promise<void>;
}
