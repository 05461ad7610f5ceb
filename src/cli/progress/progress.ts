/** What shows an apply while it runs. */
export interface Progress {
  /** Stops showing; resolves when all has been drawn. */
  end(): Promise<void>;
}
