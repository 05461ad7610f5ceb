/** The display of a running apply. */
export interface Progress {
  /** Stops the display. Resolves when everything is drawn. */
  end(): Promise<void>;
}
