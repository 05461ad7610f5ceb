/** Shows the progress of an apply. */
export interface Progress {
  /** Whether the terminal is redrawn. If so, lines on standard error appear only after the end. */
  isRedrawn: boolean;
  /** Stops showing progress. Resolves after the last output. */
  end(): Promise<void>;
}
