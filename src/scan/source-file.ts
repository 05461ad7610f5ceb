/** A file that may name images. */
export interface SourceFile {
  /** Relative to the folder in which the command runs, with `/`: `deploy/web.yaml`. */
  readonly path: string;
  /** The text without a byte order mark. */
  readonly text: string;
  /** Reads a file in the same folder, such as `.env`; undefined if there is none that can be read. */
  readonly readBeside: (name: string) => string | undefined;
}

/** A file that has the name of its kind, but cannot be read as one. */
export interface Unreadable {
  readonly message: string;
  /** Where, in UTF-16 units, if it is known. */
  readonly offset?: number;
}
